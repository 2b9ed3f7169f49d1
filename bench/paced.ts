import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { Pool } from 'undici'
import { body, headers, path } from './call.js'
import { connections } from './load.js'
import { percentile } from './rounds.js'
import type { BenchServer } from './server.js'

/**
 * Sends so many calls per second, evenly, whether answers come or not; gives the latency that 99 of 100 stay below, in
 * milliseconds. It counts from when the call was due, so that a server that stalls is charged for all who wait.
 * @throws Error when a call fails
 */
export async function p99AtRate({ url }: BenchServer, rate: number, seconds: number): Promise<number> {
  const pool = new Pool(url, { connections, pipelining: 1 })
  try {
    return percentile(await Promise.all(await callAll(pool, rate, seconds)), 99)
  } finally {
    await pool.close()
  }
}

async function callAll(pool: Pool, rate: number, seconds: number): Promise<Promise<number>[]> {
  const run = randomUUID()
  const latencies: Promise<number>[] = []
  const started = performance.now()
  while (latencies.length < rate * seconds) {
    const due = Math.min(rate * seconds, (rate * (performance.now() - started)) / 1000)
    while (latencies.length < due)
      latencies.push(callOnce(pool, `${run}-${latencies.length}`, started + (latencies.length * 1000) / rate))
    await setTimeout(1)
  }
  return latencies
}

async function callOnce(pool: Pool, id: string, due: number): Promise<number> {
  const reply = await pool.request({ method: 'POST', path, headers, body: body(id) })
  await reply.body.dump()
  return performance.now() - due
}
