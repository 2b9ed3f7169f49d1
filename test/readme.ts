import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { load, loadAll } from 'js-yaml'
import t from 'tap'
import { exitCodes } from '../src/cli/exit.js'
import { createProgram } from '../src/cli/program.js'
import { resultCodes, resultOf } from '../src/protocol/result.js'
import { checkScenarios, warningsIn } from '../src/scenarios/check.js'
import { loadScenarios } from '../src/scenarios/load.js'
import { faults } from '../src/scenarios/schema.js'
import { shippedScenarios } from '../src/server/shipped.js'
import { createMemoryStore } from '../src/simulator/memory/store.js'
import { verdictKinds } from '../src/simulator/report/violation.js'
import { createSimulator } from '../src/simulator/simulator.js'
import { mppSim } from './fixtures/cli.js'

const manual = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const design = readdirSync('docs/design').map((name) => `docs/design/${name}`)
const pages = [...manual, ...design, 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md', 'examples/README.md']

function textOf(page: string): string {
  return readFileSync(page, 'utf8')
}

/** The cells of the table with this heading, row by row, without code marks. */
function tableBelow(heading: string, page = 'README.md'): string[][] {
  const [, after = ''] = textOf(page).split(heading)
  const [table = ''] = after.trimStart().split('\n\n', 1)
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| --'))
  return rows.map((row) => row.slice(2, -2).replaceAll('`', '').split(/ *\| /))
}

function firstColumn(heading: string, page?: string): (string | undefined)[] {
  return tableBelow(heading, page).map(([cell]) => cell)
}

function blocksOf(page: string, language: string): string[] {
  return [...textOf(page).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, block = '']) => block,
  )
}

/** The fragments by which the headings of a page can be linked to, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const prose = textOf(page).replaceAll(/^```.*?^```/gms, '')
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** What the help says of each option: flag, environment variable, default. */
function optionsIn(help: string): { flag: string; env: string; preset: string }[] {
  const [, list = ''] = help.split('Options:\n')
  const entries = list.split(/^ {2}(?=-)/m).map((entry) => entry.replaceAll(/\s+/g, ' '))
  return entries.flatMap((entry) => {
    const env = /env: (\w+)/.exec(entry)?.[1]
    const [flag = ''] = /^--\S+( <\w+>)?/.exec(entry) ?? []
    const preset = /default: "?(.+?)"?[,)]/.exec(entry)?.[1] ?? ''
    return env === undefined ? [] : [{ flag, env, preset }]
  })
}

/** Every command of mpp-sim with its flags. */
function commands(): { name: string; flags: (string | undefined)[] }[] {
  return createProgram().commands.map((command) => ({
    name: command.name(),
    flags: command.options.filter(({ hidden }) => !hidden).map(({ long }) => long),
  }))
}

/** How many times as many calls as its control the simulator answers, by the number of rules, in the last results. */
function throughputRatio(rules: string): number {
  const rows = textOf('bench/results.md').split('\n')
  const cells = rows.find((row) => row.startsWith(`| throughput, ${rules}`))?.split('|') ?? []
  return Number(cells[4])
}

t.test('the README is short, and says how to start and to test in the words that everybody tries', async (t) => {
  const text = textOf('README.md')
  t.ok(text.split('\n').length <= 220)
  t.match(text, 'npm ci && npm start')
  t.match(text, 'npm ci && npm test')
  t.match(text, `alipayplus-mpp-simulator-${JSON.parse(textOf('package.json')).version}.tgz`)
})

t.test('the speed that the README tells is that of the last results', async (t) => {
  const text = textOf('README.md')
  const [, toFastify] = /With 1 rule .* about ([\d.]+) times as many calls per second as bare Fastify/.exec(text) ?? []
  t.equal(toFastify, throughputRatio('1 rule').toFixed(1))
  const [, toOneRule] = /with 10,000 rules about ([\d.]+) times as many as with 1/.exec(text) ?? []
  t.equal(toOneRule, throughputRatio('10,000 mixed rules').toFixed(1))
})

t.test('no other page tells a speed: the results do', async (t) => {
  for (const page of manual) t.notMatch(textOf(page), /[\d,]+ calls (\/|a|per) ?s/, page)
})

t.test('the index of the documentation has every page, and every picture is on a page', async (t) => {
  const index = textOf('docs/README.md')
  for (const page of manual.filter((name) => name.startsWith('docs/') && name !== 'docs/README.md'))
    t.ok(index.includes(`](${page.slice('docs/'.length)})`), page)
  const text = manual.map(textOf).join('')
  for (const name of readdirSync('docs/images')) t.ok(text.includes(`images/${name}`), name)
})

t.test('the table of result codes is the table of the code', async (t) => {
  const codes = resultCodes.map((code) => Object.values(resultOf(code)))
  t.strictSame(
    tableBelow('| resultCode | resultStatus | resultMessage | try |').map((row) => row.slice(0, 3)),
    codes,
  )
})

t.test('each id of that table gets its code from the shipped scenarios', async (t) => {
  const { rules } = await loadScenarios([shippedScenarios])
  const simulator = createSimulator({ rules, store: createMemoryStore(), seed: '' })
  for (const [code, , , paymentRequestId = ''] of tableBelow('| resultCode | resultStatus | resultMessage | try |')) {
    const call = { acquirerId: '1', pspId: '2', paymentRequestId, clientId: undefined }
    t.equal((await simulator.cancelPayment(call)).result?.resultCode, code, paymentRequestId)
  }
})

t.test('the table of what goes wrong has each shipped rule for it, and no other', async (t) => {
  const { rules } = load(textOf('scenarios/20-unhappy-paths.yaml')) as {
    rules: { match: { paymentRequestId: string } }[]
  }
  const ids = rules.map(({ match }) => match.paymentRequestId.replace('*', '1'))
  t.same(new Set(firstColumn('| try | shows |')), new Set(ids))
})

t.test(
  'the table of options has every option of the server, with its variable and default, and no other',
  async (t) => {
    const options = optionsIn(await mppSim(['serve', '--help']))
    const rows = tableBelow('| flag | environment | default | is |', 'docs/command-line.md')
    t.ok(options.length >= 10, 'the help is understood')
    t.strictSame(
      rows.map(([flag, env]) => [flag, env]),
      options.map(({ flag, env }) => [flag, env]),
    )
    for (const [index, { flag, preset }] of options.entries())
      t.ok(rows[index]?.[2]?.startsWith(preset), `${flag} is ${preset} by default`)
  },
)

t.test('the README names every option of the server, and no other', async (t) => {
  const rows = tableBelow('| for | options of `mpp-sim serve`, the default command |')
  const serve = commands().find(({ name }) => name === 'serve')
  t.same(new Set(rows.flatMap(([, flags = '']) => flags.split(', '))), new Set(serve?.flags))
})

t.test('the table of commands has every other command with its options, and no more', async (t) => {
  const rows = tableBelow('| command | does | options |', 'docs/command-line.md')
  t.strictSame(
    rows.map(([command = '', , flags = '']) => ({
      name: command.split(' ', 1)[0],
      flags: flags.split(', ').filter((flag) => flag.trim() !== ''),
    })),
    commands().filter(({ name }) => name !== 'serve'),
  )
})

t.test('the table of exit codes has every one, and so has the help', async (t) => {
  const codes = Object.values(exitCodes).map(String)
  t.strictSame(firstColumn('| code | means |', 'docs/command-line.md'), codes)
  const [, told = ''] = (await mppSim(['--help'])).split('Exit codes: ')
  t.strictSame([...new Set(told.match(/\b\d\b/g))].sort(), codes)
})

t.test('the tables of faults and of verdicts have every one', async (t) => {
  t.strictSame(firstColumn('| fault | on the wire | the client sees | body |', 'docs/cookbook.md'), faults)
  t.same(new Set(firstColumn('| verdict | means |', 'docs/control-api.md')), new Set(verdictKinds))
})

t.test('every command shown exists, with the options shown', async (t) => {
  const shown = manual.flatMap((page) => ['sh', 'console', 'yaml'].flatMap((language) => blocksOf(page, language)))
  const lines = shown
    .join('')
    .matchAll(/(?:^|\$ |until |exec mpp node )(?:node )?(?:mpp-sim|dist\/cli\.js) ([^;\n]+)/gm)
  let count = 0
  for (const [line, words = ''] of lines) {
    const [first = ''] = words.split(' ')
    const command = commands().find(({ name }) => name === (first.startsWith('-') ? 'serve' : first))
    const flags = words.match(/--[\w-]+/g) ?? []
    t.ok(command !== undefined && flags.every((flag) => command.flags.includes(flag)), line)
    count++
  }
  t.ok(count >= 15, 'they are found')
})

t.test('every scenario file shown is valid, and warns of nothing', async (t) => {
  for (const [page, least] of [
    ['README.md', 1],
    ['docs/scenarios.md', 8],
    ['docs/cookbook.md', 7],
    ['docs/acquirers.md', 1],
  ] as const) {
    const shown = ['yaml', 'json'].flatMap((language) =>
      blocksOf(page, language).map((text) => ({ path: `${page}.${language}`, text })),
    )
    const files = shown.filter(({ text }) => /^rules:|^\{ "rules":/m.test(text))
    t.ok(files.length >= least, `those of ${page} are found`)
    for (const file of files) {
      const { errors, lint } = checkScenarios([file])
      t.strictSame([...errors, ...warningsIn({ lint })], [], file.text)
    }
  }
})

t.test('all YAML and JSON shown is valid, and names options by variables that there are', async (t) => {
  const known = new Set(createProgram().commands.flatMap(({ options }) => options.map(({ envVar }) => envVar)))
  for (const page of manual) {
    for (const text of blocksOf(page, 'yaml')) t.ok(loadAll(text).length > 0, text)
    for (const text of blocksOf(page, 'json')) t.ok(JSON.parse(text), text)
    for (const [variable] of textOf(page).matchAll(/MPP_SIM_(?!\*)[A-Z_]+/g)) t.ok(known.has(variable), variable)
  }
})

t.test('every link inside the repository leads somewhere, down to the heading', async (t) => {
  for (const page of pages)
    for (const [, link, picture] of textOf(page).matchAll(/\]\(([^)]+)\)|<img src="([^"]+)"/g)) {
      const target = link ?? picture ?? ''
      if (target.startsWith('http')) continue
      const [path = '', fragment] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      t.ok(existsSync(file), `${page}: ${target}`)
      if (fragment !== undefined) t.ok(anchorsOf(file).includes(fragment), `${page}: ${target}`)
    }
})
