import type { KeyObject } from 'node:crypto'
import type { FromSchema } from 'json-schema-to-ts'
import { amsCancelResponseSchema } from '../protocol/ams.js'
import { formatResponseTime } from '../protocol/headers.js'
import {
  contentToSign,
  formatSignatureHeader,
  parseSignatureHeader,
  signContent,
  verifyHeader,
} from '../protocol/signature.js'
import { createChecker } from '../scenarios/checker.js'
import { expectError } from '../scenarios/expect-error.js'
import { exitCodes } from './exit.js'
import { type Received, reasonOf, type SentRequest, send } from './send.js'

/** Who calls, and where. */
export interface Caller extends Pick<SentRequest, 'agent' | 'tls' | 'timeout'> {
  url: URL
  clientId: string
  /** Signs the calls; unsigned without one. */
  privateKey: KeyObject | undefined
  keyVersion: number
  /** Verifies the replies; they are not verified without one. */
  publicKey: KeyObject | undefined
}

/** The outcome of a call. */
export interface Outcome {
  /** The result code, or what came instead of one, such as `no reply`. */
  name: string
  /** In words, for people. */
  verdict: string
  exitCode: number
}

export interface Call {
  path: string
  headers: Record<string, string>
  body: Buffer
  content: Buffer
  reply: Received | undefined
  outcome: Outcome
}

/** Sends one cancelPayment as Alipay+ does, and judges the reply as its SDKs do. `at` is in epoch milliseconds. */
export async function callOnce(caller: Caller, ids: object, at: number): Promise<Call> {
  const { url } = caller
  // Node writes each character of a header as one byte.
  const clientId = Buffer.from(caller.clientId).toString('latin1')
  const path = url.pathname + url.search
  const time = formatResponseTime(at)
  const body = Buffer.from(JSON.stringify(ids))
  const content = contentToSign({ path, clientId, time, body })
  const headers = {
    'Content-Type': 'application/json; charset=UTF-8',
    'Client-Id': clientId,
    'Request-Time': time,
    ...(await signatureHeader(content, caller)),
  }
  const sent = { path, headers, body, content }
  const reply = await send({ ...caller, url: url.href, method: 'POST', headers, body }).catch((error: Error) => error)
  if (reply instanceof Error)
    return { ...sent, reply: undefined, outcome: failure('no reply', reasonOf(reply), exitCodes.unanswered) }
  return { ...sent, reply, outcome: await judge(reply, path, caller) }
}

async function signatureHeader(content: Buffer, { privateKey, keyVersion }: Caller): Promise<Record<string, string>> {
  if (privateKey === undefined) return {}
  return { Signature: formatSignatureHeader(await signContent(content, privateKey), keyVersion) }
}

/** The widest of all: what others say beside the result is not looked at. */
const envelopeChecker = createChecker<FromSchema<typeof amsCancelResponseSchema>>(amsCancelResponseSchema)

const outcomes = {
  S: { exitCode: exitCodes.fine, meaning: 'the payment is cancelled' },
  F: { exitCode: exitCodes.refused, meaning: 'refused for good; asking again is of no use' },
  U: { exitCode: exitCodes.unknown, meaning: 'not known; ask again with the same parameters' },
} as const

/** The official SDKs look at the HTTP status first, then at the signature, then at the result. */
async function judge(reply: Received, path: string, { publicKey }: Caller): Promise<Outcome> {
  if (reply.status !== 200) return unusable(`HTTP ${reply.status}`, 'only 200 carries a result')
  const isVerified = publicKey !== undefined
  if (isVerified) {
    const mistake = signatureMistake(reply, path, publicKey)
    if (mistake !== undefined) return unusable('unverified', mistake)
  }
  const envelope = parseEnvelope(reply.body)
  if (envelope === undefined) return unusable('no result', 'the body is not the envelope of Alipay+')
  const { resultCode, resultStatus } = envelope.result
  const { exitCode, meaning } = outcomes[resultStatus]
  const signature = isVerified ? 'the signature is valid' : 'the signature was not looked at: that needs --public-key'
  return { name: resultCode, verdict: `${resultCode} (${resultStatus}): ${meaning}; ${signature}`, exitCode }
}

function unusable(name: string, reason: string): Outcome {
  return failure(name, `${reason}; the official SDKs throw such a reply away`, exitCodes.unverified)
}

function failure(name: string, reason: string, exitCode: number): Outcome {
  return { name, verdict: `${name}: ${reason}`, exitCode }
}

function signatureMistake({ headers, body }: Received, path: string, publicKey: KeyObject): string | undefined {
  const signature = headers.signature?.toString()
  if (signature === undefined) return 'the reply is not signed'
  const clientId = headers['client-id']?.toString() ?? ''
  const time = headers['response-time']?.toString() ?? ''
  const isRight = verifyHeader(parseSignatureHeader(signature), { path, clientId, time, body }, publicKey)
  return isRight ? undefined : 'the signature of the reply does not fit its content and the public key'
}

function parseEnvelope(body: Buffer): FromSchema<typeof amsCancelResponseSchema> | undefined {
  const value = parseJson(body.toString())
  return envelopeChecker.accepts(value) ? value : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    expectError(error, SyntaxError)
    return undefined
  }
}
