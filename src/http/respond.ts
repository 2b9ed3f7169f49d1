import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { formatResponseTime, headerText } from '../protocol/headers.js'
import type { JournalRecord } from '../simulator/journal.js'
import type { Simulator } from '../simulator/simulator.js'
import { type Awaitable, after } from '../simulator/store.js'
import type { Answer } from './answer.js'
import { deliver, renderBody, waitBefore } from './delivery.js'
import { namespaceOf } from './namespace.js'
import { recordOf } from './record.js'
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

/** The journal is written before the first byte leaves: who has the reply also finds the entry. */
export function createResponder({ simulator, signing, observe, log, now }: ResponderOptions): Respond {
  const isLogged = !isQuiet.has(log.level)
  // What was decided is true, and remembered as such: a gap in the journal must not deny it.
  const complain = (reason: unknown) => log.warn({ reason: String(reason) }, 'the answer is not in the journal')

  return (request, reply, answer) =>
    after(waitBefore(request, answer.delivery), () => {
      const at = now()
      const body = renderBody(answer)
      reply.code(answer.delivery.httpStatus)
      setHeaders(reply, answer, clientIdOf(request), at)
      return after(signing.signReply(request, reply, body, answer.delivery.signature), () => {
        const record = recordOf(request, answer, at)
        return after(unlessFailed(simulator.space(namespaceOf(request)).record(record), complain), () => {
          observe(answer, record.durationMs)
          if (isLogged) logCall(log, record)
          return deliver(reply, answer.delivery, body)
        })
      })
    })
}

function unlessFailed(done: Awaitable<void>, complain: (reason: unknown) => void): Awaitable<void> {
  return done instanceof Promise ? done.catch(complain) : done
}

/** The Client-Id header; several of them are joined, as HTTP says. */
export function clientIdOf({ headers }: FastifyRequest): string | undefined {
  return headers['client-id']?.toString()
}

function setHeaders(reply: FastifyReply, answer: Answer, clientId: string | undefined, at: number): void {
  reply.header('content-type', contentType)
  reply.header('response-time', formatResponseTime(at))
  if (clientId !== undefined) reply.header('client-id', clientId)
  if (answer.rule !== undefined) reply.header('x-sim-rule', headerText(answer.rule))
  if (answer.attempt !== undefined) reply.header('x-sim-attempt', answer.attempt)
  reply.header('x-sim-replayed', String(answer.replayed))
  reply.header('x-sim-reason', headerText(answer.reason))
}

function logCall(log: FastifyBaseLogger, { path: url, result: { resultCode }, ...record }: JournalRecord): void {
  const { method, clientId, paymentRequestId, replayed, reason, rule, attempt } = record
  const { httpStatus, delayMs, fault, signature } = record
  const answer = { resultCode, replayed, reason, rule, attempt, httpStatus, delayMs, fault, signature }
  log.info({ method, url, clientId, paymentRequestId, ...answer }, 'answered')
}

/** Log levels at which answers are not worth a line. */
const isQuiet = new Set(['warn', 'error', 'fatal', 'silent'])
