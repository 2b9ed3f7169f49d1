import type { FastifyRequest } from 'fastify'
import { ResultError } from '../../protocol/result.js'
import { createCallCounts } from './call-counts.js'
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
  count: CallCounter = createCallCounts(seconds * 1000, () => performance.now()),
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const client = callerOf(request)
    const { consumedPoints, msBeforeNext } = await count(client)
    if (consumedPoints <= calls) return
    const limit = `the limit is ${calls} in ${seconds} s for the ${client.slice(0, shownName)}`
    throw new ResultError('REQUEST_TRAFFIC_EXCEED_LIMIT', { reason: `${limit}; come back in ${msBeforeNext} ms` })
  }
}

/** How much of a name is shown: a header can be much longer than an id. */
const shownName = 160

/** A client without an id is identified by its address. */
function callerOf(request: FastifyRequest): string {
  const clientId = clientIdOf(request.headers)
  return clientId === undefined ? `address ${request.ip}` : `Client-Id ${clientId}`
}
