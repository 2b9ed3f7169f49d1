import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { headerText } from '../../protocol/headers.js'
import { type Awaitable, after } from '../../simulator/awaitable.js'
import type { JournalRecord } from '../../simulator/journal.js'
import type { Namespace } from '../../simulator/namespace.js'
import { showTarget } from '../../simulator/secrets.js'
import type { Simulator } from '../../simulator/simulator.js'
import { mainNamespace } from '../../simulator/store.js'
import { namespaceName } from '../namespace.js'
import type { Answer } from './answer.js'
import { clientIdOnWire } from './client-id.js'
import { deliver, renderBody, waitBefore } from './delivery.js'
import { toRecord } from './record.js'
import { createResponseTime } from './response-time.js'
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
  const responseTime = createResponseTime()
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
    const namespace = request.is404 ? unrouted(request) : simulator.namespace(namespaceName(request))
    const written = after(namespace, (known) => known.record(record))
    return after(unlessFailed(written, warn), () => send(reply, ready, record))
  }

  /** A path that no route takes makes no namespace: stray requests would push out those in use. */
  async function unrouted(request: FastifyRequest): Promise<Namespace> {
    const name = namespaceName(request)
    const isKnown = name !== mainNamespace && (await simulator.namespaces()).includes(name)
    return simulator.namespace(isKnown ? name : mainNamespace)
  }

  function send(reply: FastifyReply, { answer, time, body, signature }: ReadyAnswer, record: JournalRecord) {
    observe(answer, record.durationMs)
    if (isLogged) logCall(log, record)
    const clientId = clientIdOnWire(reply.request.headers)
    const headers = headersOf(answer, clientId, time, signature)
    // Fastify closes the connection if it could not read the whole request.
    if (answer.attempt === undefined && reply.hasHeader('connection')) headers.push('connection', 'close')
    // Together with text, Node would encode the bytes of the headers once more.
    return deliver(reply, answer.delivery, { headers, body: clientId === record.clientId ? body : Buffer.from(body) })
  }
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

export function unlessFailed(done: Awaitable<void>, warn: (reason: unknown) => void): Awaitable<void> {
  return done instanceof Promise ? done.catch(warn) : done
}

/** Names and values in turn, as `writeHead` takes them. */
function headersOf(answer: Answer, clientId: string | undefined, time: string, signature: string | undefined) {
  const { rule, attempt, replayed, reason } = answer
  const headers = ['content-type', contentType, 'response-time', time]
  if (clientId !== undefined) headers.push('client-id', clientId)
  if (rule !== undefined) headers.push('x-sim-rule', headerText(rule))
  if (attempt !== undefined) headers.push('x-sim-attempt', String(attempt))
  headers.push('x-sim-replayed', String(replayed), 'x-sim-reason', headerText(reason))
  if (signature !== undefined) headers.push('signature', signature)
  return headers
}

function logCall(log: FastifyBaseLogger, { path, result, ...record }: JournalRecord): void {
  const url = showTarget(path)
  const { method, clientId, paymentRequestId, replayed, reason, rule, attempt } = record
  const { httpStatus, delayMs, fault, signature, callerLeft } = record
  const { resultStatus, resultCode } = result
  const answer = { resultStatus, resultCode, replayed, reason, rule, attempt }
  const delivery = { httpStatus, delayMs, fault, signature, callerLeft }
  log.info({ method, url, clientId, paymentRequestId, ...answer, ...delivery }, messageFor(record))
}

function messageFor({ fault, callerLeft }: Pick<JournalRecord, 'fault' | 'callerLeft'>): string {
  if (callerLeft) return 'not answered: the caller had left'
  return fault === undefined || fault === 'slow-body' ? 'answered' : `not answered: ${fault}`
}

/** Log levels at which answers are not logged. */
const quietLevels = new Set(['warn', 'error', 'fatal', 'silent'])
