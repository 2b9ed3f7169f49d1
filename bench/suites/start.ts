import type { BenchOptions } from '../options.js'
import { inTurns } from '../rounds.js'
import { differenceRow, type Row, ratioRow } from '../row.js'
import { writeRules } from '../rules.js'
import { bare, simulator } from '../server.js'
import { startTime } from '../start-time.js'
import { type Suite, tell, withFolder } from '../suite.js'

export const start: Suite = {
  name: 'start',
  about: 'from the start of the process to the first reply, against bare Fastify; with 10,000 rules',
  run: (options) => withFolder((folder) => compare(folder, options)),
}

async function compare(folder: string, { rounds }: BenchOptions): Promise<Row[]> {
  const json = await writeRules(folder, { rules: 10_000, mix: 'mixed', form: 'json' })
  const yaml = await writeRules(folder, { rules: 10_000, mix: 'mixed', form: 'yaml' })
  const shipped = simulator('shipped scenarios')
  const commands = [bare, shipped, simulator('JSON', `--scenarios=${json}`), simulator('YAML', `--scenarios=${yaml}`)]
  for (const command of [bare, shipped]) await startTime(command)
  const [fastify = [], ours = [], withJson = [], withYaml = []] = await inTurns(commands, rounds, async (command) => {
    const milliseconds = await startTime(command)
    tell(`  ${command.name}: ${Math.round(milliseconds)} ms`)
    return milliseconds
  })
  const more = (what: string, measured: readonly number[]) =>
    differenceRow({ what, unit: 'ms', ours: measured, control: ours, against: 'shipped scenarios' }, { atMost: 150 })
  return [
    ratioRow(
      { what: 'start to first reply', unit: 'ms', ours, control: fastify, against: 'bare Fastify' },
      { atMost: 1 },
    ),
    more('start with 10,000 mixed rules, JSON', withJson),
    more('start with 10,000 mixed rules, YAML', withYaml),
  ]
}
