import type { FastifyRequest } from 'fastify'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { ResultError } from '../../protocol/result.js'
import { clientIdOf } from './client-id.js'

/** The number of calls that a client may make in a time window, which starts with its first call. */
export interface RateLimit {
  calls: number
  /** Length of the window in seconds. */
  seconds: number
}

/** Counts a call. Returns the client's calls in the current window, and the milliseconds left of it. */
export type CallCounter = (client: string) => Promise<{ consumedPoints: number; msBeforeNext: number }>

/** Counts in this process by default. The check throws ResultError REQUEST_TRAFFIC_EXCEED_LIMIT. */
export function createRateCheck(
  { calls, seconds }: RateLimit,
  count: CallCounter = countInMemory(seconds),
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const client = callerOf(request)
    const { consumedPoints, msBeforeNext } = await count(client)
    if (consumedPoints <= calls) return
    const limit = `the limit is ${calls} in ${seconds} s for the ${client}`
    throw new ResultError('REQUEST_TRAFFIC_EXCEED_LIMIT', { reason: `${limit}; come back in ${msBeforeNext} ms` })
  }
}

function countInMemory(seconds: number): CallCounter {
  const limiter = new RateLimiterMemory({ points: 1, duration: seconds })
  // Counts like consume(), which rejects with a value that is not an Error.
  return (client) => limiter.penalty(client)
}

/** A client without an id is identified by its address. */
function callerOf(request: FastifyRequest): string {
  const clientId = clientIdOf(request.headers)
  return clientId === undefined ? `address ${request.ip}` : `Client-Id ${clientId}`
}
