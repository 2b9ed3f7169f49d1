import { load } from '../load.js'
import type { BenchOptions } from '../options.js'
import { type Latencies, latenciesAtRate } from '../paced.js'
import { inTurns } from '../rounds.js'
import { type Row, ratioRow } from '../row.js'
import { type BenchServer, bare, simulator } from '../server.js'
import { type Suite, tell, withServers } from '../suite.js'

export const latency: Suite = {
  name: 'latency',
  about: 'p50 and p99 at half of the peak rate, against bare Fastify at the same rate',
  run: (options) => withServers([bare, simulator('shipped scenarios')], (servers) => compare(servers, options)),
}

/** What the client, which is in JavaScript, can send evenly from one core. */
const mostCalls = 6000

async function compare(servers: readonly BenchServer[], { seconds, rounds }: BenchOptions): Promise<Row[]> {
  const [, [peak] = []] = await inTurns(servers, 1, (server) => load(server, { seconds: Math.max(seconds, 2) }))
  const rate = Math.min(mostCalls, Math.round((peak?.rate ?? 0) / 2))
  for (const server of servers) await latenciesAtRate(server, rate, 1)
  const [control = [], ours = []] = await inTurns(servers, rounds, async (server) => {
    const latencies = await latenciesAtRate(server, rate, seconds)
    tell(`  ${server.name}: p50 ${latencies.p50.toFixed(1)} ms, p99 ${latencies.p99.toFixed(1)} ms at ${rate} calls/s`)
    return latencies
  })
  const row = (name: keyof Latencies) => ({
    what: `${name} at ${rate} calls/s`,
    unit: 'ms',
    ours: ours.map((each) => each[name]),
    control: control.map((each) => each[name]),
    against: 'bare Fastify',
  })
  return [ratioRow(row('p50'), {}), ratioRow(row('p99'), { atMost: 1.5 })]
}
