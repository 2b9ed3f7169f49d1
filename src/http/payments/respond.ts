import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { formatResponseTime, headerText } from '../../protocol/headers.js'
import { ResultError } from '../../protocol/result.js'
import { expectError } from '../../scenarios/expect-error.js'
import { type Awaitable, after } from '../../simulator/awaitable.js'
import { isHeld } from '../../simulator/hold.js'
import type { Hold, JournalRecord } from '../../simulator/journal.js'
import type { Namespace } from '../../simulator/namespace.js'
import { showTarget } from '../../simulator/secrets.js'
import type { Simulator } from '../../simulator/simulator.js'
import { mainNamespace } from '../../simulator/store.js'
import { callNamespace } from '../namespace.js'
import type { Answer } from './answer.js'
import { clientIdOnWire } from './client-id.js'
import { deliver, renderBody, waitBefore } from './delivery.js'
import { watchHold } from './hold.js'
import { createPerSecond } from './per-second.js'
import { toRecord } from './record.js'
import type { Signing } from './signing.js'

export const contentType = 'application/json; charset=UTF-8'

/** Sends the answer to a call of the API. Results and refusals both go through it. */
export type Respond = (request: FastifyRequest, reply: FastifyReply, answer: Answer) => Awaitable<void>

export interface ResponderOptions {
  simulator: Simulator
  signing: Signing
  /** Called with each answer, and the milliseconds until it was ready. */
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
  const responseTime = createPerSecond(formatResponseTime)
  const isLogged = !quietLevels.has(log.level)
  // The decision is already in the ledger: a failing journal must not change the answer.
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
    const namespace = request.is404 ? unrouted(request) : simulator.namespace(callNamespace(request))
    return after(namespace, (namespace) =>
      after(unlessFailed(namespace.record(record), warn), (id) => {
        if (id !== undefined && isHeld(record.fault)) watch(reply, record, (hold) => namespace.amend(id, hold))
        return send(reply, ready, record)
      }),
    )
  }

  function watch(reply: FastifyReply, { fault, at }: JournalRecord, amend: (hold: Hold) => Awaitable<void>): void {
    const { most, slack } = simulator.patience
    const limit = fault === 'no-reply' ? most + slack : undefined
    watchHold(reply, { since: at, now, limit, amend: (hold) => void unlessFailed(amend(hold), warn) })
  }

  /** A path that no route takes makes no namespace: stray requests would push out those in use. */
  async function unrouted(request: FastifyRequest): Promise<Namespace> {
    const name = callNamespace(request)
    const isKnown = name !== mainNamespace && (await simulator.namespaces().catch(noNames)).includes(name)
    return simulator.namespace(isKnown ? name : mainNamespace)
  }

  function send(reply: FastifyReply, { answer, time, body, signature }: ReadyAnswer, record: JournalRecord) {
    observe(answer, record.durationMs)
    if (isLogged) logCall(log, record)
    // Fastify closes the connection if it could not read the whole request.
    const isLast = answer.attempt === undefined && reply.hasHeader('connection')
    const clientId = clientIdOnWire(reply.request.headers)
    const headers = headersOf(answer, { time, body, signature, clientId, isLast })
    // Together with text, Node would encode the bytes of the headers once more.
    const bytes = clientId === record.clientId ? body : Buffer.from(body)
    return deliver(reply, answer.delivery, { headers, body: bytes, isLast })
  }
}

/** While the store is away. */
function noNames(error: unknown): readonly string[] {
  expectError(error, ResultError)
  return []
}

/** An answer with all parts of its reply. */
interface ReadyAnswer {
  answer: Answer
  /** When it was ready, in epoch milliseconds. */
  at: number
  /** The same for the Response-Time header. */
  time: string
  body: string
  signature: string | undefined
}

export function unlessFailed<T>(done: Awaitable<T>, warn: (reason: unknown) => void): Awaitable<T | undefined> {
  return done instanceof Promise ? done.catch((reason) => void warn(reason)) : done
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

function logCall(log: FastifyBaseLogger, { path, result, ...record }: JournalRecord): void {
  const url = showTarget(path)
  const { method, clientId, paymentRequestId, paymentId, replayed, reason, rule, attempt } = record
  const { httpStatus, delayMs, fault, signature, callerLeft } = record
  const { resultStatus, resultCode } = result
  const answer = { resultStatus, resultCode, replayed, reason, rule, attempt }
  const delivery = { httpStatus, delayMs, fault, signature, callerLeft }
  log.info({ method, url, clientId, paymentRequestId, paymentId, ...answer, ...delivery }, messageFor(record))
}

function messageFor({ fault, callerLeft }: Pick<JournalRecord, 'fault' | 'callerLeft'>): string {
  if (fault !== undefined && fault !== 'slow-body') return `not answered: ${fault}`
  return callerLeft ? 'not answered: the caller had left' : 'answered'
}

/** Log levels at which answers are not logged. */
const quietLevels = new Set(['warn', 'error', 'fatal', 'silent'])
