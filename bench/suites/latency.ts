import { load } from '../load.js'
import type { BenchOptions } from '../options.js'
import { p99AtRate } from '../paced.js'
import { inTurns } from '../rounds.js'
import { type Row, ratioRow } from '../row.js'
import { type BenchServer, bare, simulator } from '../server.js'
import { type Suite, tell, withServers } from '../suite.js'

export const latency: Suite = {
  name: 'latency',
  about: 'p99 at half of the peak rate, against bare Fastify at the same rate',
  run: (options) => withServers([bare, simulator('shipped scenarios')], (servers) => compare(servers, options)),
}

async function compare(servers: readonly BenchServer[], { seconds, rounds }: BenchOptions): Promise<Row[]> {
  const [, [peak = 0] = []] = await inTurns(servers, 1, async (server) => {
    await load(server, { seconds })
    return load(server, { seconds })
  })
  const rate = Math.round(peak / 2)
  for (const server of servers) await p99AtRate(server, rate, 1)
  const [control = [], ours = []] = await inTurns(servers, rounds, async (server) => {
    const p99 = await p99AtRate(server, rate, seconds)
    tell(`  ${server.name}: p99 ${p99.toFixed(1)} ms at ${rate} calls/s`)
    return p99
  })
  const what = `p99 at half of the peak rate, ${rate} calls/s`
  return [ratioRow({ what, unit: 'ms', ours, control, against: 'bare Fastify' }, { atMost: 1.5 })]
}
