import t, { type Test } from 'tap'
import { type RunningSimulator, type StartOptions, startSimulator } from '../../src/index.js'
import { paymentIdFor, paymentRequestIdFor } from '../../src/protocol/ams.js'
import { resultCodes, resultOf } from '../../src/protocol/result.js'
import { shippedScenarios } from '../../src/server/shipped.js'

const aps = '/aps/api/v1/payments/cancelPayment'
const ams = '/ams/api/v1/payments/cancel'
const partners = { pspId: '1022172000000000001', acquirerId: '1022188000000000001' }
const success = { ...resultOf('SUCCESS') }

async function start(t: Test, options: StartOptions = {}): Promise<RunningSimulator> {
  const simulator = await startSimulator(options)
  t.teardown(() => simulator.close())
  return simulator
}

/** What a reply may say. */
interface Reply {
  result: { resultCode: string; resultStatus: string; resultMessage: string }
  paymentId?: string
  paymentRequestId?: string
  cancelTime?: string
}

async function post({ url }: { url: string }, path: string, body: unknown) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const json = (await response.json()) as Reply
  return { json, code: json.result.resultCode, reason: String(response.headers.get('x-sim-reason')), response }
}

t.test('an MPP is called by Alipay+ alone, and whoever comes as an acquirer is told the way', async (t) => {
  const sim = await start(t)
  for (const path of [ams, '/ams/sandbox/api/v1/payments/cancel', `/ns/x${ams}`]) {
    const { code, reason } = await post(sim, path, { paymentId: 'P' })
    t.equal(code, 'NO_INTERFACE_DEF')
    t.match(reason, /an acquirer \(ACQP\) calls Alipay\+ .*: start with --profile acqp/)
  }
  for (const body of [
    { paymentRequestId: 'R' },
    { paymentId: 'P', acquirerId: null },
    { paymentRequestId: 'R', paymentId: 'P' },
  ]) {
    const { code, reason } = await post(sim, aps, body)
    t.equal(code, 'PARAM_ILLEGAL')
    t.match(reason, /this is what an acquirer \(ACQP\) sends to Alipay\+: start with --profile acqp/)
  }
  const { reason } = await post(sim, aps, { paymentRequestId: 'R', acquirerId: 'A' })
  t.equal(reason, 'pspId is missing', 'the body of an MPP with a mistake is not taken for an acquirer’s')
  t.equal((await post(sim, aps, { ...partners, paymentRequestId: 'R' })).code, 'SUCCESS')
  t.match(
    (await sim.requests()).map(({ profile, paymentId }) => [profile, paymentId]),
    [
      ['ams', null],
      ['ams', null],
      ['ams', null],
      ['mpp', null],
      ['mpp', null],
      ['mpp', null],
      ['mpp', null],
    ],
  )
})

t.test('an acquirer that calls APS is told who is paid with, where the payment is cancelled', async (t) => {
  const rules = [
    { name: 'f', match: { paymentRequestId: 'F*' }, reply: 'PROCESS_FAIL' as const },
    { name: 'u', match: { paymentRequestId: 'U*' }, reply: 'UNKNOWN_EXCEPTION' as const },
  ]
  const sim = await start(t, { profile: 'acqp', rules })
  for (const body of [
    { paymentRequestId: 'R1' },
    { paymentId: 'P2' },
    { paymentRequestId: 'R3', paymentId: 'P3' },
    { paymentRequestId: null, paymentId: 'P4' },
    { paymentRequestId: 'SAME', paymentId: 'SAME' },
  ]) {
    const { json } = await post(sim, aps, body)
    t.strictSame(json, { result: success, ...partners })
    t.same(Object.keys(json), ['result', 'pspId', 'acquirerId'])
  }
  t.strictSame((await post(sim, '/v1/payments/cancelPayment', { paymentRequestId: 'F' })).json, {
    result: { ...resultOf('PROCESS_FAIL') },
  })
  t.strictSame((await post(sim, aps, { paymentId: 'U' })).json, { result: { ...resultOf('UNKNOWN_EXCEPTION') } })
  const known = await post(sim, aps, { ...partners, acquirerId: 'ignored', paymentRequestId: 'R5' })
  t.strictSame(known.json, { result: success, ...partners }, 'an acquirerId in the body is an unknown field')
  t.match((await sim.requests()).slice(0, 3), [
    { profile: 'acqp', ...partners, paymentRequestId: 'R1', paymentId: null, attempt: 1 },
    { profile: 'acqp', paymentRequestId: null, paymentId: 'P2' },
    { profile: 'acqp', paymentRequestId: 'R3', paymentId: 'P3' },
  ])
})

t.test('an official SDK that calls AMS is told both ids and when the payment was cancelled', async (t) => {
  const sim = await start(t, { profile: 'acqp' })
  const { json } = await post(sim, ams, { paymentId: 'P1', paymentRequestId: 'R1', merchantAccountId: 'M' })
  t.same(Object.keys(json), ['result', 'paymentId', 'paymentRequestId', 'cancelTime'])
  t.match(json, { result: success, paymentId: 'P1', paymentRequestId: 'R1' })
  t.match(String(json.cancelTime), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
  const again = await post(sim, '/ams/sandbox/api/v1/payments/cancel', { paymentId: 'P1', merchantAccountId: null })
  t.match(again.json, { result: success, paymentId: 'P1', cancelTime: json.cancelTime }, 'replayed with its time')
  const [, entry] = await sim.requests()
  t.match(entry, { profile: 'ams', paymentId: 'P1', paymentRequestId: null, replayed: true, attempt: 2 })
})

t.test(
  'AMS makes up the id that it was not told: the same on every server, leading back to where it came from',
  async (t) => {
    const [one, other] = await Promise.all([start(t, { profile: 'all' }), start(t, { profile: 'acqp' })])
    const reply = (await post(one, ams, { paymentId: 'P1' })).json
    const again = (await post(other, ams, { paymentId: 'P1' })).json
    t.equal(reply.paymentRequestId, again.paymentRequestId)
    t.match((await post(other, ams, { paymentRequestId: reply.paymentRequestId })).json, { paymentId: 'P1' })
    for (const id of ['P', 'x'.repeat(53), 'x'.repeat(54), 'x'.repeat(64), '💳'.repeat(64)]) {
      for (const made of [paymentIdFor(id), paymentRequestIdFor(id)]) t.ok(made !== id && made.length <= 64, made)
    }
    t.equal(paymentRequestIdFor(paymentIdFor('R')), 'R')
    t.equal(paymentIdFor('request-of-'), 'payment-of-request-of-')
  },
)

t.test('every code that the shipped scenarios give by an id has the same meaning for all', async (t) => {
  const sim = await start(t, { profile: 'all', scenarios: [shippedScenarios] })
  for (const code of resultCodes) {
    const result = { ...resultOf(code) }
    t.strictSame((await post(sim, aps, { ...partners, paymentRequestId: `${code}-1` })).json, { result })
    t.match((await post(sim, aps, { paymentRequestId: `${code}-2` })).json, { result })
    t.match((await post(sim, aps, { paymentId: `${code}-3` })).json, { result })
    const spelt = code === 'INVALID_CLIENT' ? { ...result, resultCode: 'CLIENT_INVALID' } : result
    t.match((await post(sim, ams, { paymentId: `${code}-4` })).json, { result: spelt })
  }
  const { coverage } = await sim.report()
  t.equal(coverage.resultCodes.INVALID_CLIENT, 4, 'the spelling of AMS counts as well')
  t.same(coverage.missing, [])
  const spelt = await sim.requests({ resultCode: 'CLIENT_INVALID' })
  t.match(spelt, [{ profile: 'ams', reason: /AMS spells INVALID_CLIENT as CLIENT_INVALID/ }])
})

t.test('ids are text of 1 to 64 characters, null is absent, and one of them has to be there', async (t) => {
  const sim = await start(t, { profile: 'acqp' })
  const wrong: [body: unknown, reason: RegExp][] = [
    [{}, /^paymentRequestId and paymentId are both missing$/],
    [{ paymentRequestId: null, paymentId: null }, /^paymentRequestId and paymentId are both missing$/],
    [{ paymentRequestId: '' }, /^paymentRequestId /],
    [{ paymentRequestId: 'R', paymentId: '' }, /^paymentId /],
    [{ paymentRequestId: 1 }, /^paymentRequestId is not a string$/],
    [{ paymentId: ['P'] }, /^paymentId is not a string$/],
    [{ paymentId: 'x'.repeat(65) }, /^paymentId has more than 64 characters$/],
    [[], /^the body is not a JSON object$/],
    ['null', /^the body is not a JSON object$/],
  ]
  for (const path of [aps, ams])
    for (const [body, reason] of wrong) {
      const reply = await post(sim, path, body)
      t.equal(reply.code, 'PARAM_ILLEGAL', JSON.stringify(body))
      t.match(reply.reason, reason)
    }
  for (const merchantAccountId of ['', 'x'.repeat(33), 7])
    t.equal((await post(sim, ams, { paymentId: 'P', merchantAccountId })).code, 'PARAM_ILLEGAL')
  t.equal((await post(sim, ams, { paymentId: '💳'.repeat(64), merchantAccountId: 'x'.repeat(32) })).code, 'SUCCESS')
  t.equal(
    (await post(sim, aps, { paymentRequestId: 'R', merchantAccountId: 7 })).code,
    'SUCCESS',
    'APS does not know it',
  )
  t.equal((await post(sim, '/ams/api/v1/payments/refund', {})).code, 'NO_INTERFACE_DEF')
  const get = await fetch(sim.url + ams)
  t.match(await get.json(), { result: { resultCode: 'METHOD_NOT_SUPPORTED' } })
})

t.test('where both call, a body without acquirerId and pspId is an acquirer’s', async (t) => {
  const sim = await start(t, { profile: 'all' })
  const profileOf = async (body: object) => {
    await post(sim, aps, body)
    return (await sim.requests()).at(-1)?.profile
  }
  t.equal(await profileOf({ paymentRequestId: '1' }), 'acqp')
  t.equal(await profileOf({ paymentRequestId: '2', acquirerId: null, pspId: null }), 'acqp')
  t.equal(await profileOf({ paymentRequestId: '3', ...partners }), 'mpp')
  t.equal(await profileOf({ paymentRequestId: '4', acquirerId: 'A' }), 'mpp')
  t.equal((await post(sim, aps, { paymentRequestId: '4', acquirerId: 'A' })).reason, 'pspId is missing')
  t.equal((await post(sim, aps, 'null')).reason, 'the body is not a JSON object')
})

t.test('rules match the id that counts as paymentRequestId, and the paymentId alone as paymentId', async (t) => {
  const sim = await start(t, {
    profile: 'acqp',
    acquirerId: 'ACQ',
    pspId: 'PSP',
    rules: [
      { name: 'by key', match: { paymentRequestId: 'RETRY-*' }, reply: ['UNKNOWN_EXCEPTION', 'SUCCESS'] },
      { name: 'by paymentId', match: { paymentId: 'PAID-*' }, reply: 'CANCEL_WINDOW_EXCEED' },
      {
        name: 'by partners',
        match: { acquirerId: 'ACQ', pspId: 'PSP', paymentRequestId: 'W*' },
        reply: 'ACCESS_DENIED',
      },
    ],
  })
  t.equal((await post(sim, ams, { paymentId: 'RETRY-1' })).code, 'UNKNOWN_EXCEPTION')
  t.equal((await post(sim, ams, { paymentId: 'RETRY-1' })).code, 'SUCCESS')
  t.equal((await post(sim, aps, { paymentId: 'RETRY-2' })).code, 'UNKNOWN_EXCEPTION')
  t.equal((await post(sim, aps, { paymentRequestId: 'R', paymentId: 'RETRY-3' })).code, 'SUCCESS', 'its key is R')
  t.equal((await post(sim, aps, { paymentRequestId: 'R4', paymentId: 'PAID-4' })).code, 'CANCEL_WINDOW_EXCEED')
  t.equal((await post(sim, ams, { paymentId: 'PAID-5' })).code, 'CANCEL_WINDOW_EXCEED')
  t.equal((await post(sim, aps, { paymentRequestId: 'PAID-6' })).code, 'SUCCESS')
  t.equal((await post(sim, aps, { paymentRequestId: 'W' })).code, 'ACCESS_DENIED')
  t.strictSame((await post(sim, aps, { paymentRequestId: 'X' })).json, {
    result: success,
    pspId: 'PSP',
    acquirerId: 'ACQ',
  })
})

t.test('ORDER_NOT_EXIST is told to callers of AMS, and to others as PROCESS_FAIL', async (t) => {
  const rules = [
    { name: 'a', match: { paymentRequestId: 'A*' }, reply: 'ORDER_NOT_EXIST' as const },
    { name: 'b', reply: { resultCode: 'ORDER_NOT_EXIST' as const, resultMessage: 'Nobody paid.' } },
  ]
  const sim = await start(t, { profile: 'all', rules })
  t.strictSame((await post(sim, ams, { paymentId: 'A1' })).json, {
    result: { resultCode: 'ORDER_NOT_EXIST', resultStatus: 'F', resultMessage: 'The order does not exist.' },
  })
  for (const body of [{ paymentId: 'A1' }, { paymentRequestId: 'A2' }, { paymentRequestId: 'A3', ...partners }]) {
    const { json, reason } = await post(sim, aps, body)
    t.strictSame(json, { result: { ...resultOf('PROCESS_FAIL') } })
    t.match(reason, /only callers of AMS are told ORDER_NOT_EXIST$/)
  }
  t.match((await post(sim, aps, { paymentId: 'B' })).json, {
    result: { resultCode: 'PROCESS_FAIL', resultMessage: 'Nobody paid.' },
  })
  const { coverage } = await sim.report()
  t.equal(coverage.resultCodes.ORDER_NOT_EXIST, 1)
  await t.rejects(
    startSimulator({ rules }),
    /^.*rules\[0\]\.reply ORDER_NOT_EXIST is a code of AMS, .*take profile acqp or all/s,
  )
  const mpp = await start(t)
  await t.rejects(
    mpp.addRule({ name: 'c', reply: ['SUCCESS', { resultCode: 'ORDER_NOT_EXIST' }] }),
    /reply\[1\]\.resultCode ORDER_NOT_EXIST/,
  )
  await t.rejects(
    sim.addRule({ name: 'c', reply: 'CLIENT_INVALID' as never }),
    /"CLIENT_INVALID" is not a result code \(did you mean INVALID_CLIENT\?\)/,
  )
})

t.test('metrics tell who calls', async (t) => {
  const sim = await start(t, { profile: 'all' })
  await post(sim, ams, { paymentId: 'P' })
  await post(sim, aps, { paymentId: 'P' })
  await post(sim, aps, { paymentRequestId: 'P', ...partners })
  const text = await (await fetch(`${sim.url}/metrics`)).text()
  for (const profile of ['mpp', 'acqp', 'ams'])
    t.match(text, `mpp_sim_requests_total{result_code="SUCCESS",file="(no rule)",profile="${profile}"} 1`)
})

t.test('explain knows the words of acquirers, and what is known of either id', async (t) => {
  const rules = [
    { name: 'by key', match: { paymentRequestId: 'K' }, reply: ['UNKNOWN_EXCEPTION' as const, 'SUCCESS' as const] },
    { name: 'by id', match: { paymentId: 'P' }, reply: 'PROCESS_FAIL' as const },
  ]
  const [mpp, acqp, all] = await Promise.all([
    start(t),
    start(t, { profile: 'acqp', rules }),
    start(t, { profile: 'all', rules }),
  ])
  const explain = async ({ url }: { url: string }, call: object) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/__admin/explain`, { method: 'POST', headers, body: JSON.stringify(call) })
    return (await response.json()) as { rule?: string; result?: object; replayed?: boolean; errors?: object[] }
  }
  t.match(await explain(acqp, { paymentId: 'K' }), { rule: 'options/by key' })
  t.match(await explain(acqp, { paymentId: 'P', paymentRequestId: 'R' }), { rule: 'options/by id' })
  t.match(await explain(acqp, { paymentId: 'P', paymentRequestId: 'K', profile: 'ams' }), { rule: 'options/by id' })
  t.match(await explain(all, { paymentRequestId: 'K' }), { rule: 'options/by key' })
  t.match(
    await explain(all, { paymentId: 'P', paymentRequestId: 'R', ...partners }),
    { rule: null },
    'Alipay+ names no paymentId',
  )
  t.match(await explain(acqp, {}), { errors: [{ detail: 'the call names no payment' }] })
  t.match(await explain(mpp, { paymentId: 'P' }), { errors: [{}, {}, {}] }, 'an MPP is asked with the three fields')
  await post(acqp, ams, { paymentId: 'X', paymentRequestId: 'Y' })
  t.match(await explain(acqp, { paymentId: 'X', paymentRequestId: 'new' }), { attempt: 1, replayed: true })
  t.match(await explain(acqp, { paymentRequestId: 'request-of-Z', profile: 'ams' }), { replayed: false })
  await post(acqp, ams, { paymentId: 'Z' })
  t.match(await acqp.explain({ paymentRequestId: 'request-of-Z' }), { replayed: true })
  await t.rejects(acqp.explain({}), new TypeError('the call names no payment'))
})

t.test('the report takes linked ids for one payment, and the ledger forgets all of it', async (t) => {
  const sim = await start(t, { profile: 'acqp' })
  await post(sim, aps, { paymentRequestId: 'R' })
  await post(sim, ams, { paymentId: 'P' })
  await post(sim, ams, { paymentId: 'P', paymentRequestId: 'R' })
  await post(sim, aps, { paymentId: 'alone' })
  t.match((await sim.report()).verdicts, [
    { verdict: 'retried-after-success', paymentRequestId: 'P', entries: [1, 2, 3] },
  ])
  t.match(await sim.ledger('request-of-P'), { attempts: 0, final: success })
  t.equal((await fetch(`${sim.url}/__admin/ledger/P`, { method: 'DELETE' })).status, 204)
  t.same([await sim.ledger('P'), await sim.ledger('request-of-P')], [undefined, undefined])
  t.match(await sim.ledger('R'), { attempts: 1, final: success }, 'both were final before they met')
  t.match(await sim.requests({ paymentId: 'P', profile: 'ams' }), [{ id: 2 }, { id: 3 }])
})

t.test('a rule is previewed over the calls of acquirers', async (t) => {
  const sim = await start(t, { profile: 'acqp' })
  await post(sim, aps, { paymentId: 'P1' })
  await post(sim, aps, { paymentRequestId: 'R', paymentId: 'P2' })
  const preview = async (match: object) => {
    const body = JSON.stringify({ name: 'new', match, reply: 'PROCESS_FAIL' })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${sim.url}/__admin/rules/preview`, { method: 'POST', headers, body })
    return JSON.stringify(await response.json())
  }
  t.match(await preview({ paymentRequestId: 'P1' }), /"taken":1,"requests":\[{"id":1,/)
  t.match(await preview({ paymentId: 'P2' }), /"taken":1,"requests":\[{"id":2,/)
})
