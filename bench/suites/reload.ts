import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { body, headers, path } from '../call.js'
import type { BenchOptions } from '../options.js'
import { absoluteRow, type Row } from '../row.js'
import { lastRulePrefix } from '../rules.js'
import { type BenchServer, simulator } from '../server.js'
import { type Suite, tell, withFolder, withServers } from '../suite.js'

export const reload: Suite = {
  name: 'reload',
  about: 'the slowest call while large scenario files are reloaded',
  run: (options) =>
    withFolder(async (folder) => {
      const watched = join(folder, 'watched')
      await mkdir(watched)
      await putRules(watched, 'first', [])
      const command = { ...simulator('simulator', `--scenarios=${watched}`), core: 'all' } as const
      return withServers([command], ([server]) => measureAll(server as BenchServer, watched, options))
    }),
}

const regexes = (round: number) =>
  Array.from({ length: 10_000 }, (_, n) => `/^(A|B)${round}-${n}-[a-f0-9]{8,12}(a|b)+$/`)
/** Some 50 MB. */
const exact = (round: number) => Array.from({ length: 500_000 }, (_, n) => `${round}-${'x'.repeat(20)}-${n}`)

const kinds: readonly [what: string, patterns: (round: number) => string[], mostRounds: number][] = [
  ['10,000 regular expressions', regexes, 3],
  ['50 MB of rules', exact, 1],
]

/** The thread that checks the files may run on any core, as on a machine of a user. */
async function measureAll(server: BenchServer, folder: string, { rounds }: BenchOptions): Promise<Row[]> {
  const rows: Row[] = []
  for (const [what, patternsOf, mostRounds] of kinds) {
    const slowest: number[] = []
    for (let round = 0; round < Math.min(rounds, mostRounds); round++) {
      const mark = `${what} ${round}`
      await putRules(folder, mark, patternsOf(round))
      slowest.push(await slowestUntil(server, mark))
      tell(`  ${what}: ${Math.round(slowest.at(-1) ?? 0)} ms`)
    }
    rows.push(
      absoluteRow({ what: `slowest call while ${what} are reloaded`, unit: 'ms', ours: slowest }, { atMost: 500 }),
    )
  }
  return rows
}

/** The last rule, which answers all calls, has the mark for a name. */
async function putRules(folder: string, mark: string, patterns: readonly string[]): Promise<void> {
  const lines = patterns.map(
    (id, n) =>
      `  - name: rule ${n}\n    match: { paymentRequestId: "${id}" }\n    reply: [UNKNOWN_EXCEPTION, SUCCESS]\n`,
  )
  const last = `  - name: ${mark}\n    match: { paymentRequestId: ${lastRulePrefix}* }\n    reply: SUCCESS\n`
  await writeFile(join(folder, 'rules.tmp'), `rules:\n${lines.join('')}${last}`)
  await rename(join(folder, 'rules.tmp'), join(folder, 'rules.yaml'))
}

/** Calls one after the other until the rule with the mark answers. */
async function slowestUntil({ url }: BenchServer, mark: string): Promise<number> {
  let slowest = 0
  for (let n = 0; ; n++) {
    const started = performance.now()
    const reply = await fetch(url + path, { method: 'POST', headers, body: body(`${mark}-${n}`) })
    await reply.text()
    slowest = Math.max(slowest, performance.now() - started)
    if (reply.headers.get('x-sim-rule') === `rules/${mark}`) return slowest
  }
}
