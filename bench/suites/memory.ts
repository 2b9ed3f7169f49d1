import { setTimeout } from 'node:timers/promises'
import { load } from '../load.js'
import type { BenchOptions } from '../options.js'
import { inTurns, median } from '../rounds.js'
import { absoluteRow, differenceRow, failedRow, type Row, ratioRow } from '../row.js'
import { type BenchServer, bare, type Command, residentMemory, simulator, startServer } from '../server.js'
import { type Suite, tell, withServers } from '../suite.js'

export const memory: Suite = {
  name: 'memory',
  about: 'resident memory when idle, against bare Fastify; its growth over a million ids',
  run: async (options) => [
    await idle(options),
    ...(await withServers([ours], ([server]) =>
      server === undefined ? Promise.resolve([]) : growth(server, options),
    )),
  ],
}

const ours = simulator('the simulator')

async function idle({ rounds }: BenchOptions): Promise<Row> {
  const [control = [], measured = []] = await inTurns([bare, ours], rounds, idleMemory)
  const row = { what: 'idle memory', unit: 'MiB', ours: measured, control, against: 'bare Fastify' }
  return ratioRow(row, { atMost: 1.4 })
}

async function idleMemory(command: Command): Promise<number> {
  const server = await startServer(command)
  await setTimeout(500)
  const megabytes = await residentMemory(server)
  await server.stop()
  tell(`  ${server.name}: ${Math.round(megabytes)} MiB idle`)
  return megabytes
}

const callsPerStep = 100_000
const patience = 300_000

/**
 * Sends a hundred thousand ids at a time: as many as asked for, one time more, as the first ids to be pushed out cost once
 * more, and then half as many again, when the memory should be flat.
 */
async function growth(server: BenchServer, { ids }: BenchOptions): Promise<Row[]> {
  const step = Math.min(callsPerStep, Math.ceil(ids / 2))
  const before = await residentMemory(server)
  const steps = Math.ceil(ids / step)
  const all = await measureSteps(server, step, steps + 1 + Math.ceil(steps / 2))
  const filling = all.slice(0, steps)
  const [first = before, ...full] = all.slice(steps)
  const sent = (filling.length * step).toLocaleString('en')
  const after = ((filling.length + 1) * step).toLocaleString('en')
  const rows = [
    absoluteRow(
      { what: `growth over ${sent} ids`, unit: 'MiB', ours: [(filling.at(-1) ?? before) - before] },
      { atMost: 250 },
    ),
  ]
  const more = `growth over ${(full.length * step).toLocaleString('en')} more`
  if (full.length === 0) return [...rows, failedRow(more, `no time left after ${patience / 1000} s`)]
  const flat = { unit: 'MiB', ours: [median(full)], control: [first], against: `after ${after} ids` }
  return [...rows, differenceRow({ what: more, ...flat }, { atMost: 25 })]
}

/** The memory after each step, in MiB. Ends early when it takes too long. */
async function measureSteps(server: BenchServer, calls: number, steps: number): Promise<number[]> {
  const end = performance.now() + patience
  const measured: number[] = []
  while (measured.length < steps && performance.now() < end) {
    const { rate } = await load(server, { calls })
    measured.push(await residentMemory(server))
    const sent = (measured.length * calls).toLocaleString('en')
    tell(`  ${sent} ids: ${Math.round(measured.at(-1) ?? 0)} MiB, ${Math.round(rate)} calls/s`)
  }
  return measured
}
