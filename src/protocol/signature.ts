import { type KeyObject, sign as signWith, verify as verifyWith } from 'node:crypto'

/** What is signed. A reply is signed with the path of its request and its own Response-Time. */
export interface SignedMessage {
  /** The request target without scheme and host, with its query string. */
  path: string
  /** The Client-Id header, verbatim. */
  clientId: string
  /** The Request-Time or Response-Time header, verbatim. */
  time: string
  /** The body as sent. */
  body: Uint8Array
}

/**
 * The bytes to sign. Node decodes headers and path as Latin-1, so that encoding them the same way restores the bytes.
 */
export function contentToSign({ path, clientId, time, body }: SignedMessage): Buffer {
  return Buffer.concat([Buffer.from(`POST ${path}\n${clientId}.${time}.`, 'latin1'), body])
}

/** SHA256withRSA (PKCS#1 v1.5), made off the main thread, as it takes most of a millisecond. */
export function signContent(content: Uint8Array, privateKey: KeyObject): Promise<Buffer> {
  return settled((done) => signWith('sha256', content, privateKey, done))
}

/** Whether the signature is valid for this content and this public key. */
export function verifyContent(content: Uint8Array, publicKey: KeyObject, signature: Uint8Array): boolean {
  return verifyWith('sha256', content, publicKey, signature)
}

/** The Signature header as Alipay+ sends it: no spaces, this order, the value percent-encoded. */
export function formatSignatureHeader(signature: Buffer, keyVersion: number | string): string {
  return `algorithm=RSA256,keyVersion=${keyVersion},signature=${encodeURIComponent(signature.toString('base64'))}`
}

/** The parts of a Signature header. */
export interface SignatureHeader {
  /** `undefined` means the newest key. */
  keyVersion: string | undefined
  algorithm: string | undefined
  /** As received, still encoded. */
  signature: string | undefined
  /** A part that is not `name=value`, or repeats a name. */
  oddPart: string | undefined
}

/** Parses a Signature header: names in any order and case, unknown names and spaces around commas allowed. */
export function parseSignatureHeader(text: string): SignatureHeader {
  const fields = new Map<string, string>()
  let oddPart: string | undefined
  for (const part of text.split(',')) {
    const end = part.indexOf('=')
    const key = part.slice(0, end).trim().toLowerCase()
    if (end === -1 || fields.has(key)) oddPart ??= part
    else fields.set(key, part.slice(end + 1).trim())
  }
  return {
    keyVersion: fields.get('keyversion'),
    algorithm: fields.get('algorithm'),
    signature: fields.get('signature'),
    oddPart,
  }
}

/** The bytes of a signature: base64, percent-encoded or not, or base64url. `undefined` if it is none of these. */
export function decodeSignature(value: string): Buffer | undefined {
  const text = percentDecode(value)
  const bytes = Buffer.from(text ?? '', 'base64')
  const base64 = bytes.toString('base64')
  if (base64 === text && bytes.length > 0) return bytes
  const base64url = bytes.toString('base64url')
  const padding = base64.slice(base64url.length)
  const bare = base64.slice(0, base64url.length)
  const spellings = [bare, base64url, base64url + padding]
  return bytes.length > 0 && spellings.some((spelling) => spelling === text) ? bytes : undefined
}

function percentDecode(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** The one algorithm of the protocol, under its own name. */
export function isRsa256(algorithm: string | undefined): boolean {
  return algorithm?.toUpperCase() === 'RSA256'
}

/** Whether a Signature header is well formed and valid. The key is the one that its keyVersion names. */
export function verifyHeader(
  { algorithm, signature, oddPart }: SignatureHeader,
  message: SignedMessage,
  publicKey: KeyObject,
): boolean {
  if (oddPart !== undefined || signature === undefined || !isRsa256(algorithm)) return false
  const bytes = decodeSignature(signature)
  return bytes !== undefined && verifyContent(contentToSign(message), publicKey, bytes)
}

function settled<T>(start: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value)))
  })
}
