import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { explanationText } from '../../src/cli/explain-text.js'
import { reportCommand } from '../../src/cli/report.js'
import { type Demands, judge, type ReportFormat, reportFormats, reportText } from '../../src/cli/report-text.js'
import { resultCodes } from '../../src/protocol/result.js'
import { explainAttempt } from '../../src/simulator/explain.js'
import { protocolPatience } from '../../src/simulator/patience.js'
import { type Report, reportOn, type Verdict } from '../../src/simulator/report/report.js'
import { verdictKinds } from '../../src/simulator/report/violation.js'
import { ended, node, runInside, said, serve, startProgram } from '../fixtures/cli.js'
import { ids, startControl } from '../fixtures/control.js'
import { skipWithout } from '../fixtures/programs.js'
import { compileRules } from '../fixtures/rules.js'

const verdict: Verdict = {
  verdict: 'retried-after-success',
  paymentRequestId: 'a|b <c> "d"&\u0001\ufffe\ud800',
  message: 'asked again once after SUCCESS had been delivered',
  entries: [3, 4],
  unsure: false,
}

function reportWith(fields: Partial<Report> = {}): Report {
  const shown = Object.fromEntries(resultCodes.map((code, index) => [code, index % 3]))
  return {
    calls: 12,
    accepted: 11,
    evicted: 0,
    unsure: false,
    coverage: {
      resultCodes: shown as Report['coverage']['resultCodes'],
      missing: resultCodes.filter((_, index) => index % 3 === 0),
      deliveries: { delayed: 1, lost: 2, badSignature: 0 },
      byDelivery: reportOn([], { evicted: 0, tooFast: 100, patience: protocolPatience, expecting: [] }).coverage
        .byDelivery,
    },
    verdicts: [
      verdict,
      { ...verdict, verdict: 'abandoned-unknown', paymentRequestId: 'x', entries: [7], unsure: true },
    ],
    expectations: [],
    ...fields,
  }
}

const demands: Demands = { require: [], failOn: verdictKinds, allowEmpty: false }

t.test('a report as a person, a program, a page and a CI server see it', async (t) => {
  const options = { ...demands, require: ['SUCCESS', 'ACCESS_DENIED'] as const }
  const render = (report: Report, format: ReportFormat) => reportText(judge(report, options), format)
  for (const format of reportFormats) t.matchSnapshot(render(reportWith(), format), format)
  t.match(render(reportWith({ evicted: 5, unsure: true }), 'table'), /^12 calls; 5 earlier ones are no longer known/)
  const entries = Array.from({ length: 11 }, (_, n) => n + 1)
  const long = render(reportWith({ verdicts: [{ ...verdict, entries }] }), 'table')
  t.match(long, '(journal 1, 2, 3, 4, 5, 6, 7, 8, and 3 more)')
  const calm = reportText(judge(reportWith({ verdicts: [] }), { ...demands, failOn: [] }), 'table')
  t.match(calm, /Verdicts: none\n\npassed$/)
  const good = reportText(judge(reportWith({ verdicts: [] }), demands), 'markdown')
  t.notMatch(good, /paymentRequestId/)
})

t.test('a verdict that is not asked for does not fail the report', async (t) => {
  const judged = (failOn: Demands['failOn']) => judge(reportWith(), { ...demands, failOn }).hasFailed
  t.equal(judged(['retried-too-fast']), false)
  t.equal(judged(['abandoned-unknown']), true)
})

const outcome = {
  rule: 'file/unknown <twice>',
  state: 'missed',
  paymentRequestId: 'A|1',
  message: 'made 1 attempt, expected 2: ask again',
  entries: [5],
  unsure: false,
} as const
const expectations: Report['expectations'] = [
  { ...outcome, entries: [...outcome.entries] },
  {
    ...outcome,
    state: 'met',
    paymentRequestId: 'A2',
    message: '2 attempts, SUCCESS last',
    entries: [6, 7],
    unsure: true,
  },
  {
    rule: 'file/other',
    state: 'not-tried',
    paymentRequestId: null,
    message: 'no payment has tried this rule',
    entries: [],
    unsure: false,
  },
]

t.test('a report on expectations as a person, a program, a page and a CI server see it', async (t) => {
  const report = reportWith({ expectations, verdicts: [{ ...verdict, verdict: 'expectation-missed' }] })
  for (const format of reportFormats) t.matchSnapshot(reportText(judge(report, demands), format), format)
  const strict = judge(report, { ...demands, failOn: ['not-tried'] })
  t.match(reportText(strict, 'table'), /failed: 0 missing, 0 verdicts, 1 not tried$/)
  t.match(reportText(strict, 'junit'), /<testsuite name="expectations" tests="3" failures="1">/)
  t.match(JSON.parse(reportText(strict, 'json')).failures, { verdicts: 0, notTried: 1, empty: null })
  t.equal(judge(reportWith({ expectations, verdicts: [] }), demands).hasFailed, false, 'not-tried alone fails nothing')
})

t.test('a report on nothing fails, and says why', async (t) => {
  const judged = (fields: Partial<Report>, allowEmpty = false) =>
    judge(reportWith({ verdicts: [], ...fields }), { ...demands, allowEmpty })
  const none = judged({ calls: 0, accepted: 0 })
  t.match(reportText(none, 'table'), /\n\nfailed: no call came: does the caller use this server, and this namespace\?$/)
  t.match(reportText(none, 'junit'), /<testcase classname="mpp-sim.calls" name="calls were accepted">\n {6}<failure/)
  t.match(JSON.parse(reportText(none, 'json')), { failed: true, failures: { empty: /no call came/ } })
  t.match(reportText(judged({ calls: 3, accepted: 0 }), 'table'), /failed: no call was accepted: the journal says why/)
  t.equal(judged({ calls: 0, accepted: 0 }, true).hasFailed, false)
  t.equal(judged({ calls: 3, accepted: 0 }, true).hasFailed, true, 'refused calls are not nothing')
  t.equal(judged({ calls: 3, accepted: 1 }).hasFailed, false)
})

t.test('an explanation as a person sees it', async (t) => {
  const many = Array.from({ length: 12 }, (_, n) => ({ name: `n${n}`, match: { pspId: `P${n}` }, reply: 'SUCCESS' }))
  const rules = compileRules([
    ...many,
    {
      name: 'both',
      match: { paymentRequestId: ['A*', 'B*'], clientId: 'C', pspId: '/x/', acquirerId: { not: ['1*'] } },
      reply: 'SUCCESS',
    },
    { name: 'no luck', chance: 0.001, reply: 'SUCCESS' },
    {
      name: 'it',
      match: { paymentRequestId: 'L*' },
      reply: [
        { resultCode: 'SUCCESS', fault: 'connection-reset', delay: { median: '80ms', sigma: 0.4 }, httpStatus: 500 },
        { fault: 'no-reply' },
      ],
    },
  ])
  const call = { ...ids, paymentRequestId: 'L1', clientId: undefined }
  const text = explanationText(explainAttempt(rules, call, { seed: '', attempt: 1 }), call)
  t.matchSnapshot(text, 'with a fault, behind many other rules')
  const two = rules.slice(-3)
  t.matchSnapshot(
    explanationText(explainAttempt(two, call, { seed: '', attempt: 1 }), call),
    'with all kinds of misses',
  )
  const lost = compileRules([{ name: 'lost', reply: { fault: 'no-reply' } }])
  t.matchSnapshot(explanationText(explainAttempt(lost, call, { seed: '', attempt: 2 }), call), 'of a lost request')
  t.match(explanationText(explainAttempt([], call, { seed: '', attempt: 1 }), call), 'from no rule: no rule matches')
})

t.test('mpp-sim explain works on scenario files', async (t) => {
  const dir = t.testdir({
    'good.yaml': 'rules: [{ name: r, match: { clientId: C }, reply: ACCESS_DENIED }]',
    'bad.yaml': 'rules: x',
  })
  const explain = (file: string, ...args: string[]) =>
    runInside(['explain', '--scenarios', `${dir}/${file}`, '--payment-request-id', 'X', ...args])
  const text = await explain('good.yaml', '--client-id', 'C', '--attempt', '2')
  const json = await explain('good.yaml', '--format', 'json', '--acquirerId', 'A', '--pspId', 'P', '--seed', 's')
  const wrong = await explain('bad.yaml')
  t.match(text, {
    code: 0,
    stdout: /ACCESS_DENIED \(F\).*\n {2}from good\/r: step 1 of 1; the final result is replayed/,
  })
  t.match(JSON.parse(json.stdout), {
    rule: null,
    misses: [{ rule: 'good/r', fields: [{ field: 'clientId', value: null }] }],
  })
  t.match(wrong, { code: 3, stderr: /bad\.yaml:1:8/ })
})

t.test('mpp-sim report judges a run, and its exit code tells', async (t) => {
  const { url, call } = await startControl(t, { adminToken: 's3cret' })
  for (const id of ['a', 'a']) await call(id, { namespace: 'job' })
  const token = { MPP_SIM_ADMIN_TOKEN: 's3cret' }
  const report = (...args: string[]) => runInside(['report', '--url', `${url}/`, ...args], token)
  const others = ['--require', 'none', '--fail-on', 'abandoned-unknown, changed-parameters']
  const passed = await report('--namespace', 'job', ...others, '--format', 'json')
  const failed = await report('--namespace', 'job', '--too-fast', '0ms')
  const missing = await report('--namespace', 'job', '--fail-on', 'none', '--require', 'all', '--format', 'junit')
  const empty = await report('--namespace', 'nobody')
  const allowed = await report('--namespace', 'nobody', '--allow-empty', '--fail-on', 'all,not-tried')
  t.match(empty, { code: 4, stdout: /\n\nfailed: no call came/ })
  t.match(allowed, { code: 0, stdout: /\n\npassed\n$/ })
  t.match(failed, {
    code: 4,
    stdout: /retried-after-success: a asked again once.*\n\nfailed: 0 missing, 1 verdicts\n$/,
  })
  t.match(missing, { code: 4, stdout: /<testsuite name="coverage" tests="13" failures="12">/ })
  t.equal(passed.code, 0)
  t.match(JSON.parse(passed.stdout), { calls: 2, failed: false, failures: { resultCodes: [], verdicts: 0 } })
})

t.test('mpp-sim report says why there is no report', async (t) => {
  const { url } = await startControl(t, { adminToken: 's3cret' })
  const other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const unauthorized = await runInside(['report', '--url', url])
  const unknown = await runInside(['report', '--url', `${url}/v2`, '--admin-token', 's3cret'])
  const nowhere = await runInside(['report', '--url', 'http://127.0.0.1:1'])
  const noSimulator = await runInside(['report', '--url', `http://127.0.0.1:${port}`])
  t.match(unauthorized, { code: 1, stderr: /says 401: .*needs a bearer token/ })
  t.match(unknown, { code: 1, stderr: /NO_INTERFACE_DEF/ })
  t.match(nowhere, { code: 1, stderr: /does not answer with a report: connect ECONNREFUSED/ })
  t.match(noSimulator, { code: 1, stderr: /does not answer with a report: .*JSON/ })
})

t.test('words that a report does not know are mistakes of usage', async (t) => {
  const parse = (...args: string[]) =>
    reportCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .parseAsync(args, { from: 'user' })
  await t.rejects(parse('--require', 'SUCESS'), { message: /did you mean SUCCESS/ })
  await t.rejects(parse('--fail-on', 'retried-to-fast'), { message: /did you mean retried-too-fast/ })
  await t.rejects(parse('--too-fast', 'soon'), { message: /like 100ms or 2s/ })
})

t.test('the examples pass against a running server', { skip: skipWithout('curl') }, async (t) => {
  const { url } = await serve(t)
  const example = (url: string, ...command: [string, ...string[]]) => ended(startProgram(command, { MPP_SIM_URL: url }))
  const typescript = await example(`${url}/ns/node`, ...node, '.test-build/examples/cancel-payment.test.js')
  t.equal(typescript.code, 0, typescript.stdout + typescript.stderr)
  const shell = await example(`${url}/ns/shell`, 'sh', 'examples/cancel-payment.sh')
  t.equal(shell.code, 0, shell.stdout + shell.stderr)
  t.not((await example('http://127.0.0.1:1', 'sh', 'examples/cancel-payment.sh')).code, 0)
})

t.test('scenario files that were broken while they were in force show in the metrics', async (t) => {
  const dir = t.testdir({ 'rules.yaml': 'rules: []' })
  const { running, url } = await serve(t, ['--scenarios', dir])
  const metrics = async () => (await fetch(`${url}/metrics`)).text()
  t.match(await metrics(), /^mpp_sim_scenario_reloads_failed_total 0$/m)
  writeFileSync(`${dir}/rules.yaml`, 'rules: x')
  await said(running, /the last good rules stay/)
  t.match(await metrics(), /^mpp_sim_scenario_reloads_failed_total 1$/m)
})
