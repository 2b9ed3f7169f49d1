import type { FastifyRequest } from 'fastify'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { ResultError } from '../protocol/result.js'
import { clientIdOf } from './respond.js'

/** How many calls a client may make in a stretch of time, which starts with its first call. */
export interface RateLimit {
  calls: number
  /** Length of the stretch in seconds. */
  seconds: number
}

/** @throws ResultError REQUEST_TRAFFIC_EXCEED_LIMIT, from the check that is returned */
export function createRateCheck({ calls, seconds }: RateLimit): (request: FastifyRequest) => Promise<void> {
  const limiter = new RateLimiterMemory({ points: calls, duration: seconds })
  return async (request) => {
    const client = callerOf(request)
    // Counts like consume(), which tells an excess by a rejection that is no Error.
    const { consumedPoints, msBeforeNext } = await limiter.penalty(client)
    if (consumedPoints <= calls) return
    const limit = `the limit is ${calls} in ${seconds} s for the ${client}`
    throw new ResultError('REQUEST_TRAFFIC_EXCEED_LIMIT', { reason: `${limit}; come back in ${msBeforeNext} ms` })
  }
}

/** A client without an id is known by its address. */
function callerOf(request: FastifyRequest): string {
  const clientId = clientIdOf(request)
  return clientId === undefined ? `address ${request.ip}` : `Client-Id ${clientId}`
}
