import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { resultCodes, resultOf } from '../src/protocol/result.js'
import { checkScenarios } from '../src/scenarios/check.js'
import { loadScenarios } from '../src/scenarios/load.js'
import { shippedScenarios } from '../src/shipped.js'
import { createMemoryStore } from '../src/simulator/memory-store.js'
import { createSimulator } from '../src/simulator/simulator.js'
import { mppSim } from './fixtures/mpp-sim.js'

const readme = readFileSync('README.md', 'utf8')

/** The cells of the table with this heading, row by row, without code marks. */
function tableBelow(heading: string): string[][] {
  const [, after = ''] = readme.split(heading)
  const [table = ''] = after.trimStart().split('\n\n', 1)
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
  return rows.map((row) => row.slice(2, -2).replaceAll('`', '').split(' | '))
}

function blocksOf(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block)
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

t.test(
  'the table of options has every option of the server, with its variable and default, and no other',
  async (t) => {
    const options = optionsIn(await mppSim(['serve', '--help']))
    const rows = tableBelow('| flag | environment | default | is |')
    t.ok(options.length >= 10, 'the help is understood')
    t.strictSame(
      rows.map(([flag, env]) => [flag, env]),
      options.map(({ flag, env }) => [flag, env]),
    )
    for (const [index, { flag, preset }] of options.entries())
      t.ok(rows[index]?.[2]?.startsWith(preset), `${flag} is ${preset} by default`)
  },
)

t.test('every scenario file shown is sound, and warns of nothing', async (t) => {
  const shown = ['yaml', 'json'].flatMap((language) =>
    blocksOf(language).map((text) => ({ path: `readme.${language}`, text })),
  )
  const files = shown.filter(({ text }) => /^rules:|^\{ "rules":/m.test(text))
  t.ok(files.length >= 7, 'the examples are found')
  for (const file of files) {
    const { errors, warnings } = checkScenarios([file])
    t.strictSame([...errors, ...warnings], [], file.text)
  }
})

t.test('every link inside the repository leads somewhere', async (t) => {
  for (const page of ['README.md', 'CONTRIBUTING.md', 'bench/README.md'])
    for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#]+)\)/g))
      if (!target.startsWith('http')) t.ok(existsSync(new URL(target, new URL(`../${page}`, import.meta.url))), target)
})
