import type { FastifyRequest } from 'fastify'
import type { JournalRecord } from '../simulator/journal.js'
import type { Answer } from './answer.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request came, in epoch milliseconds; nothing where Fastify could not route it. */
    arrivedAt: number | undefined
  }
}

/** What the journal keeps of a call and its answer. `now` is when the answer was ready, in epoch milliseconds. */
export function recordOf(
  request: FastifyRequest,
  { result, delivery, replayed, reason, rule, attempt }: Answer,
  now: number,
): JournalRecord {
  const { arrivedAt = now, method, url, headers, raw, rawBody, bodyText, body } = request
  return {
    at: arrivedAt,
    durationMs: now - arrivedAt,
    clientId: headers['client-id']?.toString(),
    method,
    path: url,
    headers: raw.rawHeaders,
    body: bodyText ?? rawBody?.toString(),
    acquirerId: textIn(body, 'acquirerId'),
    pspId: textIn(body, 'pspId'),
    paymentRequestId: textIn(body, 'paymentRequestId'),
    rule,
    attempt,
    replayed,
    result,
    httpStatus: delivery.httpStatus,
    fault: delivery.fault,
    signature: delivery.signature,
    delayMs: delivery.delayMs,
    callerLeft: raw.socket.destroyed,
    reason,
  }
}

/** A field of a body that may be anything. */
function textIn(body: unknown, field: string): string | undefined {
  const value: unknown = (body as Record<string, unknown> | null | undefined)?.[field]
  return typeof value === 'string' ? value : undefined
}
