import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { Pool } from 'undici'
import { body, headers, path } from './call.js'
import { connections } from './load.js'
import { percentile } from './rounds.js'
import type { BenchServer } from './server.js'

/** Latencies that 50 and 99 of 100 calls stay below, in milliseconds. */
export interface Latencies {
  p50: number
  p99: number
}

/**
 * Sends so many calls per second, evenly, whether answers come or not. Latency counts from when a call was due, so that a
 * server that stalls is charged for all who wait.
 * @throws Error when a call fails
 */
export async function latenciesAtRate({ url }: BenchServer, rate: number, seconds: number): Promise<Latencies> {
  const pool = new Pool(url, { connections, pipelining: 1 })
  try {
    const latencies = await Promise.all(await callAll(pool, rate, seconds))
    return { p50: percentile(latencies, 50), p99: percentile(latencies, 99) }
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
