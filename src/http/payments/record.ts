import type { FastifyRequest } from 'fastify'
import type { JournalRecord } from '../../simulator/journal.js'
import type { Answer } from './answer.js'
import { clientIdOf } from './client-id.js'
import { fieldsOf } from './shape.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request came, in epoch milliseconds; nothing where Fastify could not route it. */
    arrivedAt: number | undefined
  }
}

/** What the journal keeps of a call and its answer. `now` is when the answer was ready, in epoch milliseconds. */
export function toRecord(
  request: FastifyRequest,
  { result, delivery, replayed, reason, rule, expect, attempt, profile, call }: Answer,
  now: number,
): JournalRecord {
  const { arrivedAt = now, method, url, headers, raw, rawBody, bodyText } = request
  const { acquirerId, pspId, paymentRequestId, paymentId } = fieldsOf(request.body)
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
    profile,
    acquirerId: call === undefined ? ifText(acquirerId) : call.acquirerId,
    pspId: call === undefined ? ifText(pspId) : call.pspId,
    paymentRequestId: ifText(paymentRequestId),
    paymentId: profile === 'mpp' ? undefined : ifText(paymentId),
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

function ifText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
