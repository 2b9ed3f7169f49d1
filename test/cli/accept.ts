import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { acceptText } from '../../src/cli/accept/accept-text.js'
import { loadCases } from '../../src/cli/accept/cases.js'
import type { CaseResult } from '../../src/cli/accept/run-case.js'
import { warningsIn } from '../../src/scenarios/check.js'
import { readExpectation } from '../../src/scenarios/expectation.js'
import { loadScenarios } from '../../src/scenarios/load.js'
import { scaleRule } from '../../src/scenarios/scale.js'
import { acceptanceScenarios, scenarioPath, shippedScenarios } from '../../src/server/shipped.js'
import { runInside } from '../fixtures/cli.js'
import { skipWithout } from '../fixtures/programs.js'

interface Outcome {
  passed: boolean
  cases: CaseResult[]
}

/**
 * Runs a caller through cases, with all times shorter than in earnest. Callers get none of the options that count
 * coverage, which tap adds to each process, and which double its time.
 */
async function accept(exec: string, ...args: string[]) {
  const plain = process.platform === 'win32' ? exec : `unset NODE_OPTIONS; ${exec}`
  const { code, stdout, stderr } = await runInside(['accept', '--exec', plain, '--format', 'json', ...args])
  const { passed, cases }: Outcome = stdout === '' ? { passed: false, cases: [] } : JSON.parse(stdout)
  return { code, stderr, passed, cases, missed: cases.filter(({ misses }) => misses.length > 0) }
}

const rightCallers = [
  { command: 'node examples/accept-caller.js', needed: [] },
  { command: 'sh examples/accept-caller.sh', needed: ['curl', 'openssl'] },
  { command: 'python3 examples/accept-caller.py', needed: ['python3'] },
] as const

// A busy machine may start a caller late. Its own time-out comes 3 s after the late answer, which has to be long enough.
const parts = [
  { args: ['--skip', '7', '--scale', '0.2'], count: 19 },
  { args: ['--case', '7', '--scale', '0.6'], count: 1 },
] as const

for (const { command, needed } of rightCallers)
  t.test(`${command} passes all cases`, { skip: skipWithout(...needed) }, async (t) => {
    for (const { args, count } of parts) {
      const outcome = await accept(`${command} {id} {url} {publicKey} {scale}`, ...args)
      t.strictSame(outcome.missed, [])
      t.match(outcome, { code: 0, passed: true, cases: { length: count } })
      t.match(outcome.stderr, new RegExp(`^${count}/${count} ok {6}`, 'm'))
    }
  })

t.test('the wrong caller misses all cases but those in which nothing goes wrong', async (t) => {
  const { code, cases, stderr } = await accept(
    'node examples/accept-wrong-caller.js {id} {url} {scale}',
    '--scale',
    '0.5',
  )
  const passed = cases.filter(({ misses }) => misses.length === 0).map(({ number }) => number)
  t.strictSame(passed, ['01', '22'])
  t.equal(code, 4)
  t.match(stderr, /not ok {2}04 cancelled, but the answer is lost\n {10}made 1 attempt, expected 2: ask again/)
  t.match(stderr, /^ {10}\| fetch failed$/m, 'what the command printed')
  const of = (number: string) => cases.find((each) => each.number === number)?.misses.join()
  t.match(of('06'), /hung-up-early/)
  t.match(of('08'), /abandoned-unknown: .*HTTP 500/)
  t.match(of('16'), /retried-after-final-failure/)
})

const body = '{"acquirerId":"1","pspId":"2","paymentRequestId":"{id}"}'
const curl = `curl -s -m 30 -o /dev/null {url} -H "content-type: application/json" -d '${body}'`

t.test(
  'an acquirer asks again after failures, and another caller does not',
  { skip: skipWithout('curl') },
  async (t) => {
    const twice = `${curl}; sleep 0.4; ${curl}`
    for (const [profile, ids] of [
      ['acqp', '"paymentRequestId":"{id}"'],
      ['ams', '"paymentId":"{id}"'],
    ] as const) {
      const command = twice.replaceAll(body, `{${ids}}`)
      const acquirer = await accept(command, '--profile', profile, '--case', '18,21', '--scale', '0.1')
      t.match(acquirer, { code: 0, cases: [{ number: '18' }, { number: '21' }], missed: [] }, profile)
    }
    const other = await accept(twice, '--case', '17,20', '--scale', '0.1')
    t.match(other, { code: 4, missed: [{ number: '17' }, { number: '20' }] })
  },
)

t.test(
  'a caller that does not call, or only in vain, is told why it misses',
  { skip: skipWithout('curl') },
  async (t) => {
    const missesOf = async (command: string, ...args: string[]) =>
      (await accept(command, '--case', '1', ...args)).missed.flatMap(({ misses }) => misses)
    t.match(await missesOf('true {id}'), [
      /^no call came for ACCEPT-01-\w+: does the command use \{id\} and \{url\}\?$/,
    ])
    t.match(await missesOf('exit 7 # {id} {other}'), [/^no call came for \S+: the command ended with exit code 7$/])
    t.match(await missesOf('sleep 60 # {id}', '--timeout', '50ms'), [/the command did not end within 0.05 s$/])
    const refused = curl.replace('"pspId":"2",', '')
    t.match(await missesOf(refused), [/^each call was refused: PARAM_ILLEGAL, /])
  },
)

t.test('a caller that does not end is told so, whatever it has done', { skip: skipWithout('curl') }, async (t) => {
  const { missed } = await accept(`${curl}; sleep 60`, '--case', '1', '--timeout', '3s')
  t.match(missed, [{ misses: ['the command did not end within 3 s'] }])
})

t.test('what is interrupted has not passed', async (t) => {
  const helper = createServer((_request, response) => {
    response.end()
    process.emit('SIGINT')
  }).listen(0, '127.0.0.1')
  t.teardown(() => helper.close())
  await once(helper, 'listening')
  const { port } = helper.address() as AddressInfo
  const script = `fetch('http://127.0.0.1:${port}/').then(() => setTimeout(() => {}, 60000))`
  const args = ['accept', '--exec', `node -e "${script}" {id}`, '--case', '22,1', '--parallel', '1']
  const { code, stdout, stderr } = await runInside(args)
  t.equal(code, 1)
  t.equal(stdout, '')
  t.match(stderr, /the command was ended by SIGKILL\n.*interrupted\n$/s)
})

t.test('mistakes of usage', async (t) => {
  const usage = async (...args: string[]) => {
    const { code, stderr } = await runInside(['accept', ...args])
    t.equal(code, 2)
    return stderr
  }
  t.match(await usage(), /required option '--exec <command>'/)
  t.match(await usage('--exec', 'true'), /--exec needs \{id\}/)
  const exec = ['--exec', 'true {id}']
  t.match(await usage(...exec, '--case', '99'), /there is no case 99; they are 01 to 22/)
  t.match(await usage(...exec, '--case', '18'), /none of these cases is for the profile mpp/)
  t.match(await usage(...exec, '--case', '1', '--skip', '1'), /none of these cases/)
  t.match(await usage(...exec, '--skip', 'x'), /Cases are numbers, separated by commas/)
  t.match(await usage(...exec, '--scale', '2'), /A factor is a number above 0, up to 1/)
  t.match(await usage(...exec, '--timeout', 'soon'), /A time is like 500ms, 20s or 3m/)
})

const results: CaseResult[] = [
  { number: '01', title: 'success', paymentRequestId: 'ACCEPT-01-x', seconds: 0.25, misses: [], output: '' },
  {
    number: '04',
    title: 'lost',
    paymentRequestId: 'ACCEPT-04-x',
    seconds: 2,
    misses: ['made 1 attempt, expected 2: ask again', 'hung-up-early: left | <early>'],
    output: 'FAILED',
  },
]

t.test('the result as a person, a page and a CI server see it', async (t) => {
  t.equal(
    acceptText(results, 'table'),
    'ok      01 success (0.3 s)\n' +
      'not ok  04 lost\n' +
      '          made 1 attempt, expected 2: ask again\n' +
      '          hung-up-early: left | <early>\n\n' +
      'failed: 1 of 2 cases',
  )
  t.match(acceptText(results.slice(0, 1), 'table'), /\n\npassed: all 1 cases$/)
  t.match(
    acceptText(results, 'markdown'),
    '| **not ok** | 04 | lost | made 1 attempt, expected 2: ask again; hung-up-early: left \\| \\<early\\> | 2.0 |',
  )
  t.match(acceptText(results, 'markdown'), '| ok | 01 | success |  | 0.3 |')
  const junit = acceptText(results, 'junit')
  t.match(junit, '<testsuite name="acceptance" tests="2" failures="1">')
  t.match(junit, '<testcase classname="mpp-sim.acceptance" name="01 success"/>')
  t.match(junit, 'hung-up-early: left | &lt;early&gt;</failure>')
})

async function packOf(t: Test) {
  const { rules, errors, lint } = await loadScenarios([acceptanceScenarios])
  t.strictSame([...errors, ...warningsIn({ lint })], [])
  return rules
}

t.test('each acceptance case has a number, an id pattern of its own and an expectation', async (t) => {
  const rules = await packOf(t)
  rules.forEach(({ definition: { name, match, expect } }, index) => {
    const number = String(index + 1).padStart(2, '0')
    t.match(name, new RegExp(`^${number} [a-zA-Z]`))
    t.strictSame(match, { paymentRequestId: `ACCEPT-${number}-*` })
    t.ok(expect?.attempts !== undefined && expect.last !== undefined, name)
  })
})

t.test('acceptance cases are loaded only where they are asked for', async (t) => {
  const { rules } = await loadScenarios([shippedScenarios])
  t.notOk(rules.some(({ id }) => id.startsWith('acceptance/')))
  t.equal(scenarioPath('acceptance'), acceptanceScenarios)
  t.equal(scenarioPath('builtin'), shippedScenarios)
  t.equal(scenarioPath('./builtin'), './builtin')
})

t.test('times of rules and what they expect can be made shorter', async (t) => {
  const lognormal = { median: '2s', sigma: 0.5 }
  const rule = {
    name: 'r',
    reply: [{ resultCode: 'SUCCESS', delay: '1s..2s' }, { fault: 'no-reply', delay: lognormal }, 'SUCCESS'],
    expect: { attempts: 2, spacing: '1s..', within: '1m' },
  } as const
  t.strictSame(scaleRule({ ...rule, reply: [...rule.reply] }, 0.1), {
    name: 'r',
    reply: [
      { resultCode: 'SUCCESS', delay: '100ms..200ms' },
      { fault: 'no-reply', delay: { median: '200ms', sigma: 0.5 } },
      'SUCCESS',
    ],
    expect: { attempts: 2, spacing: '100ms..', within: '6000ms' },
  })
  t.strictSame(scaleRule({ name: 'r', reply: 'SUCCESS' }, 0.1), { name: 'r', reply: 'SUCCESS' })
  t.strictSame(scaleRule({ name: 'r', reply: 'SUCCESS', expect: { attempts: 1 } }, 0.1).expect, { attempts: 1 })
  const cases = await loadCases(0.01)
  const backsOff = cases.find(({ number }) => number === '19')?.rule.definition.expect ?? {}
  t.match(readExpectation(backsOff), { spacing: { from: 10 }, within: 1200 })
  t.strictSame(
    cases.filter(({ runs }) => runs > 1).map(({ number, runs }) => [number, runs]),
    [['22', 2]],
  )
})
