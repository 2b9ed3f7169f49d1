import { readFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import type * as api from '../../src/index.js'
import { buildApp, FileError, RuleError, resultCodes, startSimulator } from '../../src/index.js'
import { cancelPaymentPaths, sampleRequest } from '../../src/protocol/cancel-payment.js'
import type { RuleDefinition } from '../../src/scenarios/schema.js'
import { prettyLine } from '../../src/server/pretty-line.js'
import type { JournalView } from '../../src/simulator/journal-schema.js'
import type { Report } from '../../src/simulator/report/report.js'
import { ended, node, startProgram } from '../fixtures/cli.js'
import { makeKeyPair, privatePem, publicPem } from '../fixtures/key-pairs.js'
import { tlsFiles } from '../fixtures/tls.js'

const ids = { acquirerId: sampleRequest.acquirerId, pspId: sampleRequest.pspId }

async function cancel(url: string, paymentRequestId: string, headers: Record<string, string> = {}) {
  const reply = await fetch(`${url}${cancelPaymentPaths[1]}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...ids, paymentRequestId }),
  })
  const { result } = (await reply.json()) as { result: api.Result }
  return result.resultCode
}

async function started(t: Test, options: api.StartOptions = {}): Promise<api.RunningSimulator> {
  const sim = await startSimulator(options)
  t.teardown(() => sim.close())
  return sim
}

const late: api.Rule = { name: 'late', match: { paymentRequestId: 'A*' }, reply: 'CANCEL_WINDOW_EXCEED' }

t.test('a simulator is gone at the end of the block that awaits using it', async (t) => {
  let url = ''
  {
    await using sim = await startSimulator({ rules: [late] })
    url = sim.url
    t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    t.equal(await cancel(url, 'A1'), 'CANCEL_WINDOW_EXCEED')
    t.equal(await cancel(url, 'B1'), 'SUCCESS')
    t.equal(await cancel(url, 'ACCESS_DENIED-1'), 'CANCEL_WINDOW_EXCEED')
    t.equal(await cancel(url, 'PROCESS_FAIL-1'), 'SUCCESS', 'the shipped rules are not there')
    await sim.close()
  }
  await t.rejects(cancel(url, 'A2'))
})

t.test('a program that embeds it prints nothing of it, keeps its signals, and ends by itself', async (t) => {
  const embed = '.test-build/test/fixtures/embed.js'
  const { code, stdout, stderr } = await ended(startProgram([...node, embed]))
  t.strictSame({ code, stdout, stderr }, { code: 0, stdout: '0 more listeners\n', stderr: '' })
})

t.test('several run side by side, each with rules, ledger and journal of its own', async (t) => {
  const [one, other] = await Promise.all([started(t, { rules: [late] }), started(t)])
  t.not(one.url, other.url)
  t.equal(await cancel(one.url, 'A1'), 'CANCEL_WINDOW_EXCEED')
  t.equal(await cancel(other.url, 'A1'), 'SUCCESS')
  t.equal((await other.requests()).length, 1)
})

t.test('rules come and go', async (t) => {
  const sim = await started(t, { rules: [late] })
  t.equal(
    await sim.addRule({ name: 'denied', match: { paymentRequestId: 'A*' }, reply: 'ACCESS_DENIED' }),
    'runtime/denied',
  )
  t.strictSame(
    await sim.addRules([
      { name: 'b', match: { paymentRequestId: 'B*' }, reply: ['UNKNOWN_EXCEPTION', { fault: 'no-reply' }] },
      { name: 'c', match: { paymentRequestId: { not: ['C*'] } }, reply: { resultCode: 'SUCCESS', delay: '1ms' } },
    ]),
    ['runtime/b', 'runtime/c'],
  )
  t.equal(await cancel(sim.url, 'A1'), 'SUCCESS')
  const rules = await sim.rules()
  t.match(rules, [
    { id: 'runtime/b', hits: 0, runtime: true },
    { id: 'runtime/c', hits: 1, runtime: true },
    { id: 'runtime/denied', hits: 0, runtime: true },
    { id: 'options/late', hits: 0, runtime: false, rule: late },
  ])
  t.equal(await sim.removeRule('runtime/c'), true)
  t.equal(await sim.removeRule('b'), true, 'by its name alone')
  t.equal(await sim.removeRule('b'), false)
  t.equal(await sim.removeRule('options/late'), false)
  t.equal(await cancel(sim.url, 'A2'), 'ACCESS_DENIED')
  await sim.removeRules()
  t.equal(await cancel(sim.url, 'A3'), 'CANCEL_WINDOW_EXCEED')
})

t.test('wrong rules are refused with every mistake that they have', async (t) => {
  const sim = await started(t)
  const wrong = { name: 'x', match: { pspid: 'A' }, reply: ['SUCESS', { delay: '1ms' }] } as never
  const mistakes = [
    'unknown key "pspid" in a match (did you mean pspId?)',
    'reply[0] "SUCESS" is not a result code (did you mean SUCCESS?)',
    'reply[1] a step needs a resultCode or a fault',
  ]
  const error = await sim.addRule(wrong).catch((error) => error)
  t.type(error, RuleError)
  t.equal(error.mistakes.length, 3)
  for (const mistake of mistakes) t.match(error.message, mistake)
  t.match(error.message, /^rule\.match unknown key/)
  await t.rejects(sim.addRules([late, late]), { message: /^rules\[1\]\.name the name "late" is taken/ })
  t.strictSame(await sim.rules(), [], 'none of them is in force')

  const scenarios = [t.testdir({ 'a.yaml': 'rules: x' }), '/nowhere']
  const all = await startSimulator({ rules: [late, wrong, late], scenarios }).catch((error) => error)
  t.type(all, RuleError)
  t.equal(all.mistakes.length, 6)
  t.match(all.mistakes, [
    /^rules\[1\]/,
    /^rules\[1\]/,
    /^rules\[1\]/,
    /^rules\[2\]\.name "late" is taken/,
    /cannot be read/,
    /a\.yaml:1:8/,
  ])
  await t.rejects(startSimulator({ rules: ['SUCCESS' as never] }), { message: /^rules\[0\] "SUCCESS" is not/ })
})

t.test('scenario files are read once, after the rules of the options', async (t) => {
  const dir = t.testdir({ 'a.yaml': 'rules: [{ name: all, reply: PROCESS_FAIL }]' })
  const sim = await started(t, { rules: [late], scenarios: [dir] })
  t.equal(await cancel(sim.url, 'A1'), 'CANCEL_WINDOW_EXCEED')
  t.equal(await cancel(sim.url, 'B1'), 'PROCESS_FAIL')
})

t.test('it is watched and judged without going over HTTP', async (t) => {
  const sim = await started(t, { rules: [late] })
  const before = Date.now()
  for (const id of ['A1', 'A1', 'B1']) await cancel(sim.url, id, { 'Client-Id': 'me' })
  t.match(await sim.requests({ paymentRequestId: 'A1' }), [
    {
      id: 1,
      namespace: null,
      clientId: 'me',
      attempt: 1,
      replayed: false,
      result: { resultCode: 'CANCEL_WINDOW_EXCEED' },
    },
    { id: 2, attempt: 2, replayed: true, rule: 'options/late' },
  ])
  t.equal((await sim.requests({ resultCode: 'SUCCESS', since: new Date(before - 1000) })).length, 1)
  t.equal((await sim.requests({ since: before + 3_600_000 })).length, 0)
  t.match(await sim.requests({ limit: 1 }), [{ paymentRequestId: 'B1' }])
  t.match(await sim.explain({ ...ids, paymentRequestId: 'B1', clientId: 'me' }), {
    rule: null,
    attempt: 2,
    result: { resultCode: 'SUCCESS' },
    replayed: true,
    misses: [{ rule: 'options/late', fields: [{ field: 'paymentRequestId', value: 'B1' }] }],
  })
  t.strictSame(await sim.ledger('B1'), {
    paymentRequestId: 'B1',
    attempts: 1,
    final: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' },
  })
  t.equal(await sim.ledger('C1'), undefined)
  const { calls, coverage, verdicts } = await sim.report({ tooFast: 0 })
  t.equal(calls, 3)
  t.equal(coverage.missing.length, resultCodes.length - 2)
  t.match(verdicts, [{ verdict: 'retried-after-final-failure', paymentRequestId: 'A1', entries: [1, 2] }])
  t.match((await sim.report({ tooFast: 1e6 })).verdicts, [{}, { verdict: 'retried-too-fast' }])
  t.equal((await sim.report()).calls, 3)
  await sim.addRule({ name: 'lost', match: { paymentRequestId: 'L*' }, reply: 'UNKNOWN_EXCEPTION' })
  await cancel(sim.url, 'L1')
  t.strictSame(await sim.ledger('L1'), { paymentRequestId: 'L1', attempts: 1, final: null })
  t.equal(await sim.forget('L1'), true)
  t.equal(await sim.forget('L1'), false)
  await sim.clearRequests()
  t.strictSame(await sim.requests(), [])
  await sim.reset()
  t.equal((await sim.ledger('A1'))?.attempts, undefined)
  t.match(await sim.rules(), [{ id: 'options/late', hits: 0 }], 'the rules of the options stay')
})

t.test('a test can wait for a request', async (t) => {
  const sim = await started(t)
  const first = sim.waitForRequest()
  const retry = sim.waitForRequest({ paymentRequestId: 'W1' }, { count: 2 })
  for (const id of ['W1', 'W2', 'W1']) await cancel(sim.url, id)
  t.match(await first, { id: 1, paymentRequestId: 'W1', attempt: 1 })
  t.match(await retry, { id: 3, paymentRequestId: 'W1', attempt: 2 })
  t.match(await sim.waitForRequest({ paymentRequestId: 'W2' }), { id: 2 }, 'also for one that came before')
  await t.rejects(sim.waitForRequest({ paymentRequestId: 'W2', since: 5 }, { timeout: 1, count: 2 }), {
    message: 'waited 1 ms for requests: expected 2 with {"paymentRequestId":"W2","since":5}, 1 came',
  })
  const unanswered = t.rejects(sim.waitForRequest({ paymentRequestId: 'W3' }), { message: /was closed while waiting/ })
  await sim.close()
  await unanswered
  await t.rejects(sim.waitForRequest({ paymentRequestId: 'W3' }), { message: /was closed/ })
})

t.test('a namespace is a sandbox of its own', async (t) => {
  const sim = await started(t)
  const namespace = sim.namespace('pr-42')
  t.equal(namespace.url, `${sim.url}/ns/pr-42`)
  await namespace.addRule(late)
  t.equal(await cancel(namespace.url, 'A1'), 'CANCEL_WINDOW_EXCEED')
  t.equal(await cancel(sim.url, 'A1'), 'SUCCESS')
  t.match(await namespace.requests(), [{ namespace: 'pr-42', rule: 'runtime/late' }])
  t.match(await namespace.waitForRequest(), { namespace: 'pr-42' })
  for (const name of ['', 'a b', 'a/b', 'x'.repeat(65)]) t.throws(() => sim.namespace(name), RangeError, `not ${name}`)
})

t.test('a call that hangs does not keep it from closing', async (t) => {
  const sim = await started(t, { rules: [{ name: 'hang', reply: { fault: 'no-reply' } }] })
  const hanging = t.rejects(cancel(sim.url, 'H1'))
  await sim.waitForRequest()
  await sim.close()
  await hanging
})

t.test('clients, keys and signatures are as those of the server', async (t) => {
  const [alipayplus, own] = [makeKeyPair(), makeKeyPair()]
  const dir = t.testdir({
    'clients.yaml': 'clients: [{ clientId: me, publicKeys: { 1: alipayplus.pem } }]',
    'alipayplus.pem': publicPem(alipayplus),
    'own.pem': privatePem(own),
  })
  const sim = await started(t, {
    clients: `${dir}/clients.yaml`,
    privateKey: `${dir}/own.pem`,
    keyVersion: 7,
    sign: 'always',
  })
  t.equal(await cancel(sim.url, 'S1'), 'INVALID_CLIENT')
  t.equal(await sim.publicKey(), publicPem(own))
  const reply = await fetch(`${sim.url}${cancelPaymentPaths[0]}`, { method: 'POST', body: '{}' })
  t.match(reply.headers.get('signature'), /^algorithm=RSA256,keyVersion=7,signature=/)
  t.strictSame(await (await fetch(`${sim.url}/readyz`)).json(), { status: 'ready', problems: [] })
  await t.rejects(startSimulator({ clients: `${dir}/nowhere.yaml` }), FileError)
})

t.test('it serves HTTPS, and says which file is missing', async (t) => {
  const { cert, key } = tlsFiles('server')
  const sim = await started(t, { tlsCert: cert, tlsKey: key })
  t.match(sim.url, /^https:/)
  const status = await new Promise((resolve, reject) => {
    const options = { ca: readFileSync(cert) }
    httpsRequest(`${sim.url}/livez`, options, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end()
  })
  t.equal(status, 200)
  await t.rejects(startSimulator({ tlsCert: cert }), { message: 'tlsCert and tlsKey go together' })
  await t.rejects(startSimulator({ tlsCa: cert }), { message: 'tlsCa needs tlsCert and tlsKey' })
})

t.test('an option that is undefined has its default', async (t) => {
  const sim = await started(t, { paths: undefined, seed: undefined, admin: undefined, journalMax: undefined })
  t.equal(await cancel(sim.url, 'A1'), 'SUCCESS')
  t.equal((await fetch(`${sim.url}/__admin/rules`)).status, 200)
  t.equal((await sim.requests()).length, 1)
})

t.test('a port that is taken is an error, and leaves nothing behind', async (t) => {
  const { url } = await started(t)
  await t.rejects(startSimulator({ port: Number(new URL(url).port) }), { code: 'EADDRINUSE' })
})

t.test('an application takes injected calls without a port', async (t) => {
  const lines: string[] = []
  const app = await buildApp({ rules: [late], log: pino({}, { write: (line: string) => void lines.push(line) }) })
  t.teardown(() => app.close())
  const payload = { ...ids, paymentRequestId: 'A1' }
  const reply = await app.inject({ method: 'POST', url: cancelPaymentPaths[0], payload })
  t.match(reply.json(), { result: { resultCode: 'CANCEL_WINDOW_EXCEED' } })
  t.match(lines, [/"msg":"answered"/])
  t.match((await app.inject('/metrics')).body, /^mpp_sim_scenario_reloads_failed_total 0$/m)
  const closed = await buildApp({ admin: false })
  t.equal((await closed.inject('/__admin/rules')).statusCode, 404)
  await closed.close()
})

t.test('the public types say what the schemas say', async (t) => {
  /** Arrays that are only read are taken as well as others. */
  type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T
  type Takes<Wide, Narrow extends Wide> = Narrow
  type Facts = [
    Takes<api.Rule, RuleDefinition>,
    Takes<RuleDefinition, Mutable<api.Rule>>,
    Takes<api.JournalEntry, JournalView>,
    Takes<keyof JournalView, keyof api.JournalEntry>,
    Takes<api.Report, Report>,
    Takes<Report, api.Report>,
  ]
  const compiles = <T>(..._values: T[]) => t.pass('or this file would not compile')
  compiles<Facts>()
  // @ts-expect-error a code that does not exist
  compiles<api.Rule>({ name: 'x', reply: 'SUCESS' })
  compiles<api.Result>({ resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'ok' })
  // @ts-expect-error a status that contradicts the code
  compiles<api.Result>({ resultCode: 'SUCCESS', resultStatus: 'F', resultMessage: 'ok' })
  // @ts-expect-error a key that does not exist
  compiles<api.Rule>({ name: 'x', math: {}, reply: 'SUCCESS' })
  // @ts-expect-error a key of a step that does not exist
  compiles<api.Rule>({ name: 'x', reply: { resultCode: 'SUCCESS', dely: '1s' } })
  // @ts-expect-error a step without a resultCode or a fault
  compiles<api.Rule>({ name: 'x', reply: [{ delay: '1s' }] })
})

t.test('an option or a rule that is none is named, to callers without TypeScript as well', async (t) => {
  const start = (options: object) => startSimulator(options as api.StartOptions)
  await t.rejects(start({ prot: 3 }), new TypeError('"prot" is not an option (did you mean port?)'))
  await t.rejects(start({ rule: [] }), new TypeError('"rule" is not an option (did you mean rules?)'))
  await t.rejects(start({ rules: [undefined] }), { name: 'RuleError', message: /nothing stands here/ })
})

t.test('log lines for people', async (t) => {
  const time = '2026-01-31T12:00:00.123Z'
  const line = (fields: object) => JSON.stringify({ level: 'info', time, ...fields })
  t.equal(
    prettyLine(line({ msg: 'listening', url: 'http://127.0.0.1:1', files: ['a b'], says: 'two words', n: 1 }), {
      coloured: false,
    }),
    '12:00:00.123 INFO listening url=http://127.0.0.1:1 files=["a b"] says="two words" n=1\n',
  )
  t.equal(prettyLine(line({ level: 'warn' }), { coloured: true }), '12:00:00.123 \u001b[33mWARN\u001b[39m \n')
  t.equal(
    prettyLine(line({ level: 'error', msg: 'oh', err: { message: 'oh', stack: 'Error: oh\n    at x' } }), {
      coloured: false,
    }),
    '12:00:00.123 ERROR oh\nError: oh\n    at x\n',
  )
})
