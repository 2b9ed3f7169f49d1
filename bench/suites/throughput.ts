import { type Loaded, load } from '../load.js'
import type { BenchOptions } from '../options.js'
import { inTurns } from '../rounds.js'
import { type Row, ratioRow } from '../row.js'
import { type RuleFile, writeRules } from '../rules.js'
import { type BenchServer, bare, bareWithHeaders, type Command, simulator } from '../server.js'
import { type Suite, tell, withFolder, withServers } from '../suite.js'

export const throughput: Suite = {
  name: 'throughput',
  about: 'unsigned calls per second and processor time per call, with 1 to 100,000 rules, against bare Fastify',
  run: (options) =>
    withFolder(async (folder) => {
      const simulators = await Promise.all(ruleFiles.map((file) => commandFor(folder, file)))
      return withServers([bare, bareWithHeaders, ...simulators], (servers) => compare(servers, options))
    }),
}

const ruleFiles: readonly RuleFile[] = [
  { rules: 1, mix: 'mixed', form: 'json' },
  { rules: 1000, mix: 'mixed', form: 'json' },
  { rules: 10_000, mix: 'mixed', form: 'json' },
  { rules: 100_000, mix: 'exact', form: 'json' },
]

async function commandFor(folder: string, file: RuleFile): Promise<Command> {
  const path = await writeRules(folder, file)
  return simulator(`${file.rules} ${file.mix} rules`, '--no-watch', `--scenarios=${path}`)
}

async function compare(servers: readonly BenchServer[], { seconds, rounds }: BenchOptions): Promise<Row[]> {
  for (const server of servers) {
    checkRule(server)
    await load(server, { seconds: Math.max(seconds, 2) })
  }
  const results = await inTurns(servers, rounds, (server) => measure(server, seconds))
  const [fastify = [], withHeaders = [], one = [], thousand = [], tenThousand = [], hundredThousand = []] = results
  const row = (
    what: string,
    ours: readonly Loaded[],
    control: readonly Loaded[],
    against: string,
    atLeast?: number,
  ) => [
    ratioRow(
      { what: `throughput, ${what}`, unit: 'calls/s', ours: rates(ours), control: rates(control), against },
      atLeast === undefined ? {} : { atLeast },
    ),
    ratioRow({ what: `CPU of a call, ${what}`, unit: 'us', ours: cpu(ours), control: cpu(control), against }, {}),
  ]
  return [
    ...row('1 rule', one, fastify, 'bare Fastify', 0.95),
    ...row('1 rule', one, withHeaders, 'bare Fastify, same headers'),
    ...row('1,000 mixed rules', thousand, fastify, 'bare Fastify'),
    ...row('10,000 mixed rules', tenThousand, one, '1 rule', 0.97),
    ...row('100,000 exact rules', hundredThousand, one, '1 rule'),
  ]
}

/** Measures once, and says what came of it. */
export async function measure(server: BenchServer, seconds: number): Promise<Loaded> {
  const loaded = await load(server, { seconds })
  const { rate, cpu, p50, p99 } = loaded
  const times = `${cpu.toFixed(1)} us of CPU a call, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
  tell(`  ${server.name}: ${Math.round(rate)} calls/s, ${times}`)
  return loaded
}

export function rates(loads: readonly Loaded[]): number[] {
  return loads.map(({ rate }) => rate)
}

export function cpu(loads: readonly Loaded[]): number[] {
  return loads.map(({ cpu }) => cpu)
}

/** A simulator whose last rule does not answer would be measured at something else. */
function checkRule({ name, firstHeaders }: BenchServer): void {
  const rule = firstHeaders['x-sim-rule']?.toString() ?? ''
  const rules = Number.parseInt(name, 10)
  if (rules > 0 && !rule.endsWith(`/rule ${rules - 1}`))
    throw new Error(`${name}: "${rule}" answered, not the last rule`)
}
