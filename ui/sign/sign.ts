/** What of a request is signed. */
export interface Signed {
  /** The request target, with its query. */
  path: string
  clientId: string
  time: string
  body: string
}

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

/**
 * Reads a private key as PEM or as base64 DER, in PKCS#8 or, as openssl once wrote it, PKCS#1. It cannot be got out again.
 * @throws Error that says what is wrong
 */
export async function readPrivateKey(text: string): Promise<CryptoKey> {
  if (/ENCRYPTED/.test(text)) throw new Error('the key is encrypted: paste it without a passphrase')
  if (/PUBLIC KEY/.test(text)) throw new Error('this is a public key: calls are signed with the private one')
  const der = bytesOf(text.replaceAll(/-----[^-]+-----|\s/g, ''))
  const importKey = (bytes: Uint8Array<ArrayBuffer>) =>
    crypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign'])
  return importKey(der)
    .catch(() => importKey(wrapped(der)))
    .catch(() => {
      throw new Error('this is not an RSA private key as PEM or base64')
    })
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    throw new Error('this is not an RSA private key as PEM or base64')
  }
}

/** rsaEncryption, with NULL for parameters, after version 0. */
const pkcs8Head = [
  0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
]

/** A PKCS#1 key as PKCS#8, which is all that browsers read. */
function wrapped(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(tagged(0x30, [...pkcs8Head, ...tagged(0x04, [...pkcs1])]))
}

function tagged(tag: number, content: readonly number[]): number[] {
  return [tag, 0x82, content.length >> 8, content.length & 0xff, ...content]
}

/** The Signature header of a request, as Alipay+ makes it. */
export async function signatureOf(
  { path, clientId, time, body }: Signed,
  key: CryptoKey,
  version: string,
): Promise<string> {
  const content = new TextEncoder().encode(`POST ${path}\n${clientId}.${time}.${body}`)
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm.name, key, content))
  const base64 = btoa(String.fromCharCode(...signature))
  return `algorithm=RSA256,keyVersion=${version},signature=${encodeURIComponent(base64)}`
}
