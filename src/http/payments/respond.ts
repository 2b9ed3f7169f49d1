import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { headerText } from '../../protocol/headers.js'
import { type Awaitable, after } from '../../simulator/awaitable.js'
import type { JournalRecord } from '../../simulator/journal.js'
import type { Simulator } from '../../simulator/simulator.js'
import { callNamespace } from '../namespace.js'
import type { Answer } from './answer.js'
import { deliver, renderBody, waitBefore } from './delivery.js'
import { toRecord } from './record.js'
import { createResponseTime } from './response-time.js'
import type { Signing } from './signing.js'

export const contentType = 'application/json; charset=UTF-8'

/** Sends an answer to a call of the API: the one way out, for results and refusals alike. */
export type Respond = (request: FastifyRequest, reply: FastifyReply, answer: Answer) => Awaitable<void>

export interface ResponderOptions {
  simulator: Simulator
  signing: Signing
  /** Told of each answer, and after how many milliseconds it was ready. */
  observe: (answer: Answer, durationMs: number) => void
  log: FastifyBaseLogger
  /** Epoch milliseconds. */
  now: () => number
}

/**
 * Waits for the delay, signs, writes the journal, then sends: who has the reply also finds the entry. Each step is its
 * own function, joined by `after` instead of await: see docs/design/after.md.
 */
export function createResponder({ simulator, signing, observe, log, now }: ResponderOptions): Respond {
  const responseTime = createResponseTime()
  const isLogged = !quietLevels.has(log.level)
  // What was decided is true, and remembered as such: a gap in the journal must not deny it.
  const warn = (reason: unknown) => log.warn({ reason: String(reason) }, 'the answer is not in the journal')

  return (request, reply, answer) => after(waitBefore(request, answer.delivery), () => sign(request, reply, answer))

  /** From here on the answer is ready. */
  function sign(request: FastifyRequest, reply: FastifyReply, answer: Answer): Awaitable<void> {
    const at = now()
    const time = responseTime(at)
    const body = renderBody(answer)
    const signature = signing.signatureOf(request, { time, body, flaw: answer.delivery.signature })
    return after(signature, (signature) => record(request, reply, { answer, at, time, body, signature }))
  }

  function record(request: FastifyRequest, reply: FastifyReply, ready: ReadyAnswer): Awaitable<void> {
    const record = toRecord(request, ready.answer, ready.at)
    const written = simulator.namespace(callNamespace(request)).record(record)
    return after(unlessFailed(written, warn), () => send(reply, ready, record))
  }

  function send(reply: FastifyReply, { answer, time, body, signature }: ReadyAnswer, record: JournalRecord) {
    observe(answer, record.durationMs)
    if (isLogged) logCall(log, record)
    // Fastify wants it closed where it could not read the whole request.
    const isLast = answer.attempt === undefined && reply.hasHeader('connection')
    const headers = headersOf(answer, { time, body, signature, clientId: record.clientId, isLast })
    return deliver(reply, answer.delivery, { headers, body })
  }
}

/** All that the reply is made of. */
interface ReadyAnswer {
  answer: Answer
  /** When it was ready, in epoch milliseconds. */
  at: number
  /** The same for the Response-Time header. */
  time: string
  body: string
  signature: string | undefined
}

function unlessFailed(done: Awaitable<void>, warn: (reason: unknown) => void): Awaitable<void> {
  return done instanceof Promise ? done.catch(warn) : done
}

interface HeaderValues extends Pick<ReadyAnswer, 'time' | 'body' | 'signature'> {
  clientId: string | undefined
  /** Whether the connection ends with it. */
  isLast: boolean
}

/**
 * Names and values by turns. The protocol's own come last: two official SDKs take the last line that contains
 * response-time or signature, and those before them may quote anything.
 */
function headersOf(answer: Answer, { time, body, signature, clientId, isLast }: HeaderValues): string[] {
  const { rule, attempt, replayed, reason, delivery } = answer
  const headers = ['content-type', contentType]
  // HTTP knows no length of what has no content.
  if (delivery.httpStatus !== 204) headers.push('content-length', String(Buffer.byteLength(body)))
  if (isLast) headers.push('connection', 'close')
  if (rule !== undefined) headers.push('x-sim-rule', headerText(rule))
  if (attempt !== undefined) headers.push('x-sim-attempt', String(attempt))
  headers.push('x-sim-replayed', String(replayed), 'x-sim-reason', headerText(reason))
  if (clientId !== undefined) headers.push('client-id', clientId)
  headers.push('response-time', time)
  if (signature !== undefined) headers.push('signature', signature)
  return headers
}

function logCall(log: FastifyBaseLogger, { path: url, result: { resultCode }, ...record }: JournalRecord): void {
  const { method, clientId, paymentRequestId, replayed, reason, rule, attempt } = record
  const { httpStatus, delayMs, fault, signature } = record
  const answer = { resultCode, replayed, reason, rule, attempt, httpStatus, delayMs, fault, signature }
  log.info({ method, url, clientId, paymentRequestId, ...answer }, 'answered')
}

/** Log levels at which answers are not worth a line. */
const quietLevels = new Set(['warn', 'error', 'fatal', 'silent'])
