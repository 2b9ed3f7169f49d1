import autocannon from 'autocannon'
import { body, expectedReply, headers, path } from './call.js'
import type { BenchServer } from './server.js'

export const connections = 50

interface Load {
  seconds?: number
  /** How many calls, in place of seconds. */
  calls?: number
  /** Calls to send again and again, each connection its own share; otherwise each call has an id of its own. */
  pool?: readonly autocannon.Request[]
}

/**
 * Sends calls as fast as answers come; gives calls per second.
 * @throws Error when a call fails or is answered with anything but SUCCESS
 */
export async function load({ name, url }: BenchServer, { seconds = 1, calls, pool }: Load): Promise<number> {
  let client = 0
  const result = await autocannon({
    url: url + path,
    method: 'POST',
    headers,
    body: body('[<id>]'),
    idReplacement: pool === undefined,
    connections,
    expectBody: expectedReply,
    ...(calls === undefined ? { duration: seconds } : { amount: calls }),
    ...(pool === undefined ? {} : { setupClient: (each) => each.setRequests(shareOf(pool, client++)) }),
  })
  const failed = result.errors + result.non2xx + result.mismatches
  if (failed > 0) throw new Error(`${name} failed ${failed} calls`)
  return result['2xx'] / result.duration
}

/** No two connections send the same call. */
function shareOf(pool: readonly autocannon.Request[], client: number): autocannon.Request[] {
  return pool.filter((_, index) => index % connections === client % connections)
}
