import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import type { Rule } from '../../src/scenarios/rule.js'
import { openClients } from '../../src/server/reloading-clients.js'
import { openScenarios, ScenarioError } from '../../src/server/reloading-scenarios.js'
import { shippedScenarios } from '../../src/server/shipped.js'

const file = (name: string, reply = 'SUCCESS') => `rules: [ { name: ${name}, reply: ${reply} } ]\n`

interface LogLine {
  level: number
  msg: string
}

/** A log that can be read, and awaited line by line. */
function listeningLog(): { log: FastifyBaseLogger; lines: LogLine[]; until: (msg: RegExp) => Promise<LogLine> } {
  const lines: LogLine[] = []
  let wake = () => {}
  const write = (text: string) => {
    lines.push(JSON.parse(text))
    wake()
  }
  async function until(msg: RegExp): Promise<LogLine> {
    for (;;) {
      const line = lines.shift()
      if (line !== undefined && msg.test(line.msg)) return line
      if (line === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  }
  return { log: pino({ base: null }, { write }), lines, until }
}

async function put(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text)
  await rename(`${path}.tmp`, path)
}

async function watched(t: Test, paths: string[]) {
  const { log, until, lines } = listeningLog()
  const scenarios = await openScenarios(paths, log)
  let rules = scenarios.rules
  scenarios.watch((changed) => {
    rules = changed
  })
  t.teardown(() => scenarios.close())
  return { scenarios, until, lines, ids: () => rules.map(({ id }: Rule) => id) }
}

t.test('files with mistakes are refused to begin with, every mistake named', async (t) => {
  const folder = t.testdir({ 'a.yaml': file('a', 'SUCESS'), 'b.yaml': file('b', '[]') })
  await t.rejects(openScenarios([folder], listeningLog().log), {
    name: 'ScenarioError',
    message: [
      `${join(folder, 'a.yaml')}:1:28 "SUCESS" is not a result code (did you mean SUCCESS?)`,
      `${join(folder, 'b.yaml')}:1:28 [] is not a valid step list: expected a list of 1 to 1,000 steps`,
    ].join('\n'),
    findings: [{ line: 1 }, { line: 1 }],
  })
  await t.rejects(openScenarios([join(folder, 'missing')], listeningLog().log), ScenarioError)
})

t.test('a broken change leaves the last good rules, and shows until it is mended', async (t) => {
  const folder = join(t.testdir({ watched: { 'a.yaml': file('one') } }), 'watched')
  const path = join(folder, 'a.yaml')
  const { scenarios, until, ids } = await watched(t, [folder])
  t.same(ids(), ['a/one'])
  t.same(scenarios.problems(), [])

  await put(path, file('two', 'SUCESS'))
  t.match(await until(/wrong/), { level: 50, problems: [/SUCESS/] })
  t.same(ids(), ['a/one'])
  t.match(scenarios.problems(), [`${path}:1:30 "SUCESS" is not a result code (did you mean SUCCESS?)`])

  await put(path, file('two'))
  t.match(await until(/loaded/), { level: 30, files: [path], rules: 1 })
  t.same(ids(), ['a/two'])
  t.same(scenarios.problems(), [])

  await rename(folder, `${folder}-gone`)
  await until(/wrong/)
  t.same(ids(), ['a/two'])
  t.match(scenarios.problems(), [/cannot be read/])
})

t.test('an empty folder means the shipped ones, as in an image without a mount, and is no cause to warn', async (t) => {
  const { until, ids } = await watched(t, [t.testdir({})])
  t.match(await until(/no scenario files found there; the shipped ones are used/), { level: 30 })
  t.ok(ids().includes('10-result-codes/SUCCESS'))
})

t.test('a folder without scenario files means the shipped ones, with a warning', async (t) => {
  const folder = t.testdir({ 'notes.txt': '' })
  const { scenarios, until, ids } = await watched(t, [folder])
  t.match(await until(/no scenario files are here.*notes.txt/), { level: 40 })
  t.match(await until(/no scenario files found there; the shipped ones are used/), { level: 40, paths: [folder] })
  await until(/loaded/)
  t.ok(ids().includes('10-result-codes/SUCCESS'))

  await put(join(folder, 'a.yaml'), file('mine'))
  await until(/loaded/)
  t.same(ids(), ['a/mine'])

  await rm(join(folder, 'a.yaml'))
  t.match(await until(/the last good rules stay/), { level: 50, problems: [/no scenario files are here/] })
  t.same(ids(), ['a/mine'], 'what was in force is not replaced by something else')
  t.match(scenarios.problems(), [/no scenario files are here/])
  t.equal(scenarios.failedReloads(), 1)
})

t.test('the shipped scenarios are valid, and no fallback when they are asked for', async (t) => {
  for (const paths of [[shippedScenarios], [join(shippedScenarios, '10-result-codes.yaml')]]) {
    const { log, lines } = listeningLog()
    await openScenarios(paths, log)
    t.same(
      lines.map(({ msg }) => msg),
      ['scenarios loaded'],
    )
  }
})

t.test('warnings of the files are logged, and do not stop them', async (t) => {
  const folder = t.testdir({ 'a.yaml': 'rules:\n  - { name: a, reply: SUCCESS }\n  - { name: b, reply: SUCCESS }' })
  const { log, lines } = listeningLog()
  const scenarios = await openScenarios([folder], log)
  t.equal(scenarios.rules.length, 2)
  t.match(lines, [{ msg: 'scenarios loaded' }])
  t.same(scenarios.findings(), { mistakes: [], warnings: [] }, 'they are looked for once the server listens')
  await scenarios.lint()
  const warning = /a.yaml:3:5 "a\/b" can never be reached/
  t.match(lines, [{ msg: 'scenarios loaded' }, { level: 40, msg: warning }])
  t.match(scenarios.findings(), { warnings: [{ line: 3, column: 5, rule: 'a/b' }] })
  t.doesNotThrow(() => scenarios.close(), 'closing what was never watched is fine')
})

t.test('nobody is told of warnings once the server closes', async (t) => {
  const rules = Array.from({ length: 50_000 }, (_, index) => `  - { name: r${index}, reply: SUCCESS }\n`)
  const folder = t.testdir({ 'a.yaml': `rules:\n${rules.join('')}` })
  const { log, lines } = listeningLog()
  const scenarios = await openScenarios([folder], log)
  const linted = scenarios.lint()
  scenarios.close()
  await linted
  await scenarios.lint()
  t.match(lines, [{ msg: 'scenarios loaded' }])
  t.equal(lines.length, 1)
})

t.test('rules that cannot be put in force leave the last good ones, and end nothing', async (t) => {
  const folder = t.testdir({ 'a.yaml': file('one') })
  const { log, until } = listeningLog()
  const scenarios = await openScenarios([folder], log)
  t.teardown(() => scenarios.close())
  let hasFailed = false
  scenarios.watch(() => {
    if (hasFailed) return
    hasFailed = true
    throw new RangeError('Maximum call stack size exceeded')
  })
  await put(join(folder, 'a.yaml'), file('two'))
  t.match(await until(/cannot be taken up; the last good rules stay/), { level: 50, err: { type: 'RangeError' } })
  t.match(scenarios.problems(), [/the change of the scenario files was not taken up: .*call stack/])
  t.equal(scenarios.failedReloads(), 1)
  await put(join(folder, 'a.yaml'), file('three'))
  await until(/loaded/)
  t.same(scenarios.problems(), [])
})

t.test('large files are reloaded aside, and not any more once the server closes', async (t) => {
  const path = join(t.testdir({ 'a.yaml': file('one') }), 'a.yaml')
  const { scenarios, until, ids, lines } = await watched(t, [path])
  await until(/loaded/)
  const large = `${file('two')}#${' '.repeat(20_000)}\n`
  await put(path, large)
  t.match(await until(/loaded/), { rules: 1 })
  t.same(ids(), ['a/two'])

  const ended = new Promise((resolve) => {
    process.once('worker', (thread) => {
      scenarios.close()
      thread.once('exit', resolve)
    })
  })
  await put(path, `${large}#`)
  await ended
  await setImmediate()
  t.same(lines, [], 'nothing went wrong')
  t.same(scenarios.problems(), [])
})

t.test('clients that cannot be put in force leave the last good ones, and end nothing', async (t) => {
  const path = join(t.testdir({ 'clients.yaml': 'clients: []\n' }), 'clients.yaml')
  const { log, until } = listeningLog()
  const clients = await openClients(path, log)
  t.teardown(() => clients.close())
  await until(/loaded/)
  const { info } = log
  log.info = () => {
    log.info = info
    throw new Error('no log')
  }
  clients.watch()
  await put(path, 'clients: [] # 2\n')
  await until(/cannot be taken up; the last good clients stay/)
  t.match(clients.problems(), [/clients.yaml:1:1 the change was not taken up: Error: no log/])
  await put(path, 'clients: [] # 3\n')
  await until(/loaded/)
  t.same(clients.problems(), [])
})
