import { constants, createHash, type KeyObject, verify } from 'node:crypto'
import { amsPaths } from './ams.js'
import { cancelPaymentPaths } from './cancel-payment.js'
import { formatResponseTime, headerText } from './headers.js'
import { bitsOf } from './keys.js'
import {
  contentToSign,
  decodeSignature,
  isRsa256,
  parseSignatureHeader,
  type SignedMessage,
  verifyContent,
} from './signature.js'

/** A key that the signature may have been made with by mistake. */
export interface NamedKey {
  /** Whose it is, such as `the simulator's own key`. */
  name: string
  publicKey: KeyObject
}

/** A call whose Signature header is missing or wrong. */
export interface FailedSignature {
  header: string | undefined
  message: SignedMessage
  /** The key that it should have been made with. */
  publicKey: KeyObject
  otherKeys: readonly NamedKey[]
  /** Paths that the call had before proxies rewrote it, as far as it says so. */
  forwarded?: readonly string[]
}

/**
 * Why a signature is not valid: the likeliest mistake, found by trying each, and the content that should have been
 * signed, escaped, in at most 2 KiB. Holds neither keys nor signatures.
 */
export function diagnoseSignature(failed: FailedSignature): string {
  return `${mistakeIn(failed)}; content to sign: ${headerText(contentToSign(failed.message).toString())}`
}

function mistakeIn(failed: FailedSignature): string {
  if (failed.header === undefined) return 'the Signature header is missing'
  const { signature, algorithm, oddPart } = parseSignatureHeader(failed.header)
  if (signature === undefined || signature === '') return 'the Signature header has no signature=...'
  if (algorithm === undefined) return 'the Signature header has no algorithm=RSA256'
  if (!isRsa256(algorithm)) return `the algorithm is ${algorithm.slice(0, 40)}, not RSA256`
  const bytes = decodeSignature(signature)
  if (bytes === undefined) return misspelling(signature, failed)
  if (oddPart !== undefined) return 'the Signature header has a part that is no name=value, or one twice'
  return contentMistake(bytes, failed)
}

function misspelling(value: string, { message, publicKey }: FailedSignature): string {
  const content = contentToSign(message)
  const isRight = (text: string) => {
    const bytes = decodeSignature(text)
    return bytes !== undefined && verifyContent(content, publicKey, bytes)
  }
  if (isRight(value.replaceAll(' ', '+')) || isRight(value.replaceAll('%20', '+')))
    return 'the signature has spaces where + was: percent-encode its base64 (+ is %2B)'
  if (isRight(value.replaceAll('%25', '%'))) return 'the signature is percent-encoded twice'
  if (/^[0-9a-f]{512,}$/i.test(value)) return 'the signature is in hex, not in base64'
  if (isRight(value.replaceAll('_', '/').replaceAll('-', '+')))
    return 'the signature mixes base64 with base64url: use one of them'
  return 'the signature is not percent-encoded base64'
}

function contentMistake(signature: Buffer, failed: FailedSignature): string {
  const { message, publicKey, otherKeys, forwarded = [] } = failed
  const content = contentToSign(message)
  const otherKey = otherKeys.slice(0, maxKeysTried).find((other) => verifyContent(content, other.publicKey, signature))
  if (otherKey !== undefined) return `the signature was made with ${otherKey.name}`
  for (const [mistake, path] of rewrittenPaths(message.path, forwarded))
    if (verifyContent(contentToSign({ ...message, path }), publicKey, signature)) return mistake
  for (const [mistake, wrong] of wrongContents(message))
    if (verifyContent(wrong, publicKey, signature)) return `what was signed has ${mistake}`
  for (const [mistake, isSo] of wrongAlgorithms)
    if (isSo(content, publicKey, signature)) return `the signature was made with ${mistake}`
  if (isHexIn(signature)) return 'the signature is the base64 of hex: encode its bytes, not their hex'
  const length = bitsOf(publicKey) / 8
  if (signature.length !== length)
    return `the signature has ${signature.length} bytes, and the registered key makes ${length}: another key was used`
  return 'no known mistake explains it: look for another private key than the registered one, or other content'
}

/** Each costs the loop about 30 microseconds. */
const maxKeysTried = 200

function isHexIn(signature: Buffer): boolean {
  return signature.length >= 512 && /^[0-9a-f]+$/i.test(signature.toString('latin1'))
}

type AlgorithmTrial = (content: Buffer, key: KeyObject, signature: Buffer) => boolean

const wrongAlgorithms: readonly [mistake: string, isSo: AlgorithmTrial][] = [
  ['PSS padding, not PKCS#1 v1.5', (content, key, signature) => isPss(content, key, signature)],
  ['SHA-1, not SHA-256', (content, key, signature) => verify('sha1', content, key, signature)],
  ['SHA-512, not SHA-256', (content, key, signature) => verify('sha512', content, key, signature)],
  ['SHA-256 applied twice', (content, key, signature) => verify('sha256', digest(content), key, signature)],
  ['the hex of the SHA-256', (content, key, signature) => verify('sha256', hexDigest(content), key, signature)],
]

function isPss(content: Buffer, key: KeyObject, signature: Buffer): boolean {
  return verify('sha256', content, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, signature)
}

function digest(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest()
}

function hexDigest(content: Buffer): Buffer {
  return Buffer.from(digest(content).toString('hex'))
}

/** Contents that are signed by mistake, the likeliest first. */
function* wrongContents(message: SignedMessage): Generator<readonly [mistake: string, content: Buffer]> {
  for (const path of wrongPaths(message.path))
    yield [`the path ${path || '(none)'}`, contentToSign({ ...message, path })]
  for (const [mistake, body] of wrongBodies(message.body)) yield [mistake, contentToSign({ ...message, body })]
  for (const [mistake, time] of wrongTimes(message.time)) yield [mistake, contentToSign({ ...message, time })]
  const text = contentToSign(message).toString('latin1')
  yield ['CR LF for its line break', Buffer.from(text.replace('\n', '\r\n'), 'latin1')]
  yield ['no line break', Buffer.from(text.replace('\n', ''), 'latin1')]
  yield ['a space for its line break', Buffer.from(text.replace('\n', ' '), 'latin1')]
  yield ['the two characters \\n for its line break', Buffer.from(text.replace('\n', '\\n'), 'latin1')]
  yield ['no "POST" before the path', Buffer.from(text.replace('POST ', ''), 'latin1')]
  yield ['the method in small letters', Buffer.from(text.replace('POST', 'post'), 'latin1')]
  yield ['no Client-Id', contentToSign({ ...message, clientId: '' })]
}

/** Paths that were signed before a proxy put something before them, or took it away. */
function* rewrittenPaths(
  path: string,
  forwarded: readonly string[],
): Generator<readonly [mistake: string, path: string]> {
  for (const original of forwarded)
    yield [
      `what was signed has the path ${original}, of which a proxy made ${path}: have it pass the path on`,
      original,
    ]
  const query = path.slice(bareOf(path).length)
  const [, ...steps] = bareOf(path).split('/').slice(1)
  for (let from = 0; from < steps.length; from++) {
    const suffix = `/${steps.slice(from).join('/')}`
    const prefix = bareOf(path).slice(0, -suffix.length)
    for (const signed of new Set([suffix + query, suffix]))
      yield [
        `what was signed has the path ${signed}, without the ${prefix} before it: sign the path that is sent`,
        signed,
      ]
  }
}

function bareOf(path: string): string {
  return path.replace(/\?.*/s, '')
}

function wrongPaths(path: string): string[] {
  const bare = bareOf(path)
  const variants = [bare, ...cancelPaymentPaths, ...amsPaths, `${bare}/`, bare.slice(1), '']
  return [...new Set(variants)].filter((each) => each !== path)
}

function* wrongBodies(bytes: Uint8Array): Generator<readonly [mistake: string, body: Buffer]> {
  yield ['no body', Buffer.alloc(0)]
  const text = Buffer.from(bytes).toString()
  yield ['the body without the spaces around it', Buffer.from(text.trim())]
  yield ['a line break at its end', Buffer.from(`${text}\n`)]
  for (const body of reserialised(text))
    yield ['the body serialised anew: sign the very bytes that are sent', Buffer.from(body)]
}

/** The same JSON as the common serialisers would write it. */
function reserialised(text: string): string[] {
  const value = parseObject(text)
  if (value === undefined) return []
  const entries = Object.entries(value)
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  const orders = [entries, sorted, entries.toReversed(), tableOrder(value)].map((each) => Object.fromEntries(each))
  return orders.flatMap((each) => [
    JSON.stringify(each),
    JSON.stringify(each, null, 2),
    JSON.stringify(each, null, 4),
    JSON.stringify(each, null, 1).replace(/\n */g, ' ').replace('{ ', '{').replace(/ }$/, '}'),
  ])
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function tableOrder(value: object): [string, unknown][] {
  const { acquirerId, pspId, paymentRequestId, ...others } = value as Record<string, unknown>
  return Object.entries({ acquirerId, pspId, paymentRequestId, ...others })
}

function* wrongTimes(time: string): Generator<readonly [mistake: string, time: string]> {
  yield ['no Request-Time', '']
  const at = epochOf(time)
  if (at === undefined) return
  const seconds = Math.floor(at / 1000)
  const iso = new Date(at).toISOString()
  yield ['the time in seconds, not the Request-Time header as it is', String(seconds)]
  yield ['the time in milliseconds, not the Request-Time header as it is', String(at)]
  for (const spelling of [iso, `${iso.slice(0, 19)}Z`, formatResponseTime(at), easternTime(at)])
    yield ['the time spelt otherwise than in the Request-Time header', spelling]
}

function easternTime(at: number): string {
  return `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
}

/** Epoch milliseconds of a time in any usual form. */
function epochOf(time: string): number | undefined {
  const number = Number(time)
  const at = /^\d{9,10}$/.test(time) ? number * 1000 : /^\d{11,15}$/.test(time) ? number : Date.parse(time)
  return Math.abs(at) < 1e13 ? at : undefined
}
