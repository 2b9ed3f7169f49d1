import type { FastifyRequest } from 'fastify'
import type { CancelPaymentRequest } from '../../protocol/cancel-payment.js'
import type { JournalRecord } from '../../simulator/journal.js'
import type { Answer } from './answer.js'
import { clientIdOf } from './client-id.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request came, in epoch milliseconds; nothing where Fastify could not route it. */
    arrivedAt: number | undefined
  }
}

/** What the journal keeps of a call and its answer. `now` is when the answer was ready, in epoch milliseconds. */
export function toRecord(
  request: FastifyRequest,
  { result, delivery, replayed, reason, rule, expect, attempt }: Answer,
  now: number,
): JournalRecord {
  const { arrivedAt = now, method, url, headers, raw, rawBody, bodyText } = request
  const { acquirerId, pspId, paymentRequestId } = fieldsOf(request.body)
  const callerLeft = hasLeft(request)
  const durationMs = now - arrivedAt
  return {
    at: arrivedAt,
    durationMs,
    clientId: clientIdOf(headers),
    method,
    path: url,
    headers: raw.rawHeaders,
    body: bodyText ?? rawBody?.toString(),
    acquirerId: ifText(acquirerId),
    pspId: ifText(pspId),
    paymentRequestId: ifText(paymentRequestId),
    rule,
    attempt,
    replayed,
    result,
    httpStatus: delivery.httpStatus,
    fault: delivery.fault,
    signature: delivery.signature,
    delayMs: delivery.delayMs,
    callerLeft,
    heldMs: callerLeft ? durationMs : undefined,
    expect,
    reason,
  }
}

/** A server that closes ends connections itself: that says nothing of the caller. */
export function hasLeft({ raw, server }: FastifyRequest): boolean {
  return raw.socket.destroyed && server.server.listening
}

/** The fields of a body, which may be anything. */
function fieldsOf(body: unknown): { [Field in keyof CancelPaymentRequest]?: unknown } {
  return typeof body === 'object' && body !== null ? body : {}
}

function ifText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
