import { load } from '../load.js'
import type { BenchOptions } from '../options.js'
import { inTurns, type Numbers } from '../rounds.js'
import { type Row, ratioRow } from '../row.js'
import { type RuleFile, writeRules } from '../rules.js'
import { type BenchServer, bare, type Command, simulator } from '../server.js'
import { type Suite, tell, withFolder, withServers } from '../suite.js'

export const throughput: Suite = {
  name: 'throughput',
  about: 'unsigned calls per second, with 1 to 100,000 rules, against bare Fastify',
  run: (options) =>
    withFolder(async (folder) => {
      const simulators = await Promise.all(ruleFiles.map((file) => commandFor(folder, file)))
      return withServers([bare, ...simulators], (servers) => compare(servers, options))
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
    await load(server, { seconds: Math.min(seconds, 2) })
  }
  const [fastify = [], one = [], thousand = [], tenThousand = [], hundredThousand = []] = await inTurns(
    servers,
    rounds,
    async (server) => {
      const rate = await load(server, { seconds })
      tell(`  ${server.name}: ${Math.round(rate)} calls/s`)
      return rate
    },
  )
  const row = (what: string, ours: Numbers, control: Numbers, against: string, atLeast: number) =>
    ratioRow({ what, unit: 'calls/s', ours, control, against }, { atLeast })
  return [
    row('throughput, 1 rule', one, fastify, 'bare Fastify', 0.85),
    row('throughput, 1,000 mixed rules', thousand, fastify, 'bare Fastify', 0.85),
    row('throughput, 10,000 mixed rules', tenThousand, fastify, 'bare Fastify', 0.85),
    row('10,000 mixed rules against 1', tenThousand, one, '1 rule', 0.95),
    row('100,000 exact rules against 1', hundredThousand, one, '1 rule', 0.9),
  ]
}

/** A simulator whose last rule does not answer would be measured at something else. */
function checkRule({ name, firstHeaders }: BenchServer): void {
  const rule = firstHeaders['x-sim-rule']?.toString() ?? ''
  const rules = Number.parseInt(name, 10)
  if (rules > 0 && !rule.endsWith(`/rule ${rules - 1}`))
    throw new Error(`${name}: "${rule}" answered, not the last rule`)
}
