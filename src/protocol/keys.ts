import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

/** A text that is not a usable key. The message is a predicate, to follow the key's name: `is not a key`. */
export class KeyError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'KeyError'
  }
}

const minBits = 2048

export interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

/** Generates an RSA pair of 2048 bits off the main thread. */
export function makeKeyPair(): Promise<KeyPair> {
  return promisify(generateKeyPair)('rsa', { modulusLength: minBits })
}

/**
 * A public RSA key from PEM (SPKI or PKCS#1) or one line of base64 DER.
 * @throws KeyError that says what the text is instead
 */
export function readPublicKey(text: string): KeyObject {
  const key = readKey(text)
  if (key.type !== 'public') throw new KeyError('is a private key, where a public one belongs')
  return checkStrength(key)
}

/**
 * A private RSA key from PEM (PKCS#8 or PKCS#1) or one line of base64 DER.
 * @throws KeyError that says what the text is instead
 */
export function readPrivateKey(text: string): KeyObject {
  const key = readKey(text)
  if (key.type !== 'private') throw new KeyError('is a public key, where a private one belongs')
  return checkStrength(key)
}

/** Whether a text looks like a key, in PEM or the base64 of DER (which starts with M), rather than a file name. */
export function looksLikeKey(text: string): boolean {
  return text.includes('-----BEGIN') || /^M[A-Za-z0-9+/\s]{63,}[=\s]*$/.test(text)
}

/** A key as PEM, SPKI or PKCS#8. */
export function keyToPem(key: KeyObject): string {
  return key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }).toString()
}

/** A private key as PEM, PKCS#1: what the Python SDK takes. */
export function keyToPkcs1Pem(key: KeyObject): string {
  return key.export({ type: 'pkcs1', format: 'pem' }).toString()
}

/** A key as one line of base64 DER, SPKI or PKCS#8: the form in which Alipay+ exchanges keys. */
export function keyToBase64(key: KeyObject): string {
  return key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'der' }).toString('base64')
}

/** The length of an RSA key. */
export function bitsOf(key: KeyObject): number {
  return Number(key.asymmetricKeyDetails?.modulusLength)
}

function readKey(text: string): KeyObject {
  const label = /-----BEGIN ([^-]+)-----/.exec(text)?.[1]
  const key = label === undefined ? readDer(text) : readPem(text, label)
  if (key === undefined) throw new KeyError('is not a key: PEM, or one line of base64 DER, is expected')
  return key
}

function readPem(text: string, label: string): KeyObject | undefined {
  if (label.includes('ENCRYPTED') || text.includes('Proc-Type: 4,ENCRYPTED'))
    throw new KeyError('is encrypted; openssl pkey -in FILE -out PLAIN takes the passphrase off')
  if (label.endsWith('PRIVATE KEY')) return attempt(() => createPrivateKey(text))
  if (label.endsWith('PUBLIC KEY')) return attempt(() => createPublicKey(text))
  throw new KeyError(`is a ${label}, not a key`)
}

/** Private forms come first: asked for a public key, Node silently derives one from a private key. */
function readDer(text: string): KeyObject | undefined {
  const key = Buffer.from(text, 'base64')
  return (
    attempt(() => createPrivateKey({ key, format: 'der', type: 'pkcs8' })) ??
    attempt(() => createPrivateKey({ key, format: 'der', type: 'pkcs1' })) ??
    attempt(() => createPublicKey({ key, format: 'der', type: 'spki' })) ??
    attempt(() => createPublicKey({ key, format: 'der', type: 'pkcs1' }))
  )
}

function attempt(read: () => KeyObject): KeyObject | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function checkStrength(key: KeyObject): KeyObject {
  const { asymmetricKeyType: type } = key
  if (type !== 'rsa') throw new KeyError(`is a key of the kind ${type}; Alipay+ signs with rsa`)
  const bits = bitsOf(key)
  if (bits < minBits) throw new KeyError(`has ${bits} bits; at least ${minBits} are needed`)
  return key
}
