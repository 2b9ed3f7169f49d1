import type { BenchOptions } from '../options.js'
import { inTurns } from '../rounds.js'
import { differenceRow, type Row } from '../row.js'
import { type Form, writeRules } from '../rules.js'
import { simulator } from '../server.js'
import { startTime } from '../start-time.js'
import { type Suite, tell, withFolder } from '../suite.js'

export const loading: Suite = {
  name: 'loading',
  about: 'how much longer the start takes with 100,000 rules than with one',
  run: (options) => withFolder((folder) => compare(folder, options)),
}

const forms: readonly Form[] = ['json', 'yaml']
const mostRounds = 3

async function compare(folder: string, { rounds }: BenchOptions): Promise<Row[]> {
  const many = await Promise.all(forms.map((form) => writeRules(folder, { rules: 100_000, mix: 'exact', form })))
  const files = [await writeRules(folder, { rules: 1, mix: 'exact', form: 'json' }), ...many]
  const [control = [], ...all] = await inTurns(files, Math.min(rounds, mostRounds), async (file) => {
    const seconds = (await startTime(simulator(file, '--no-watch', `--scenarios=${file}`))) / 1000
    tell(`  ${file.replace(`${folder}/`, '')}: ${seconds.toFixed(2)} s`)
    return seconds
  })
  return forms.map((form, index) => {
    const what = `loading 100,000 exact rules, ${form.toUpperCase()}`
    return differenceRow({ what, unit: 's', ours: all[index] ?? [], control, against: '1 rule' }, { atMost: 2 })
  })
}
