import { once } from 'node:events'
import { connect } from 'node:net'
import { mock } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t, { type Test } from 'tap'
import { createMemoryJournal, type JournalListener } from '../../src/simulator/journal.js'
import type { JournalView } from '../../src/simulator/journal-schema.js'
import { ids, startControl } from '../fixtures/control.js'
import { often } from '../fixtures/often.js'

const rules = [
  { name: 'retry', match: { paymentRequestId: 'RETRY-*' }, reply: [{ resultCode: 'UNKNOWN_EXCEPTION' }, 'SUCCESS'] },
  { name: 'lost', match: { paymentRequestId: 'LOST-*' }, reply: { fault: 'malformed-json' } },
]

async function codeOf(reply: Response): Promise<string> {
  return ((await reply.json()) as { result: { resultCode: string } }).result.resultCode
}

t.test('a body that is missing or of the wrong type is a mistake of the caller, and told as one', async (t) => {
  const { url, log } = await startControl(t)
  const bodies = [
    undefined,
    '',
    'null',
    '[]',
    '[null]',
    '1',
    '"text"',
    'true',
    '{}',
    '{',
    '{"rules":null}',
    '{"rules":[null]}',
  ]
  for (const path of ['/__admin/rules', '/__admin/explain', '/ns/a/__admin/rules'])
    for (const body of bodies) {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' }
      const reply = await fetch(url + path, { method: 'POST', headers, ...(body !== undefined && { body }) })
      t.equal(reply.status, 400, `${path} ${body}`)
      t.match(reply.headers.get('content-type'), 'application/problem+json')
      const { title, detail } = (await reply.json()) as { title: string; detail: string }
      t.equal(title, 'Bad Request')
      if (!body) t.equal(detail, 'the body is missing: send JSON, with Content-Type: application/json')
    }
  t.strictSame(log, [], 'nothing is unforeseen')
})

t.test('who has the reply also finds the entry in the journal, each time', async (t) => {
  const times = often(100, 10_000)
  const { call, admin } = await startControl(t, { rules })
  for (let n = 1; n <= times; n++) {
    await call(`id ${n}`)
    const { body } = await admin('GET', `/__admin/requests?paymentRequestId=id%20${n}`)
    if (body.total !== 1) t.fail(`the entry of call ${n} is missing`)
  }
  const kept = Math.min(times, 1000)
  t.match((await admin('GET', '/__admin/requests?limit=1')).body, {
    total: kept,
    evicted: times - kept,
    requests: [{ id: times }],
  })
})

t.test('the journal shows calls and refusals as they came and went', async (t) => {
  const { url, call, admin } = await startControl(t, { rules })
  const headers = { 'Client-Id': 'C', Authorization: 'Bearer secret' }
  await call('LOST-1', { headers, body: { more: 'ü' } })
  await call('', { body: { pspId: 7 } })
  await fetch(`${url}/v1/payments/cancelPayment?x=1`)
  await fetch(`${url}/%`)
  await fetch(`${url}/v1/payments/cancelPayment`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body: '<a/>',
  })
  const { body } = await admin('GET', '/__admin/requests')
  t.match(body.requests, [
    {
      id: 1,
      at: /^\d{4}-\d\d-\d\dT.*Z$/,
      namespace: null,
      clientId: 'C',
      method: 'POST',
      path: '/v1/payments/cancelPayment',
      headers: { 'client-id': 'C', authorization: 'Bearer ...' },
      body: JSON.stringify({ ...ids, paymentRequestId: 'LOST-1', more: 'ü' }),
      ...ids,
      paymentRequestId: 'LOST-1',
      rule: 'file/lost',
      attempt: 1,
      replayed: false,
      result: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' },
      httpStatus: 200,
      fault: 'malformed-json',
      delayMs: 0,
      callerLeft: false,
      reason: 'step 1 of 1',
      durationMs: Number,
    },
    {
      result: { resultCode: 'PARAM_ILLEGAL' },
      acquirerId: ids.acquirerId,
      pspId: null,
      paymentRequestId: '',
      rule: null,
      attempt: null,
    },
    {
      result: { resultCode: 'METHOD_NOT_SUPPORTED' },
      method: 'GET',
      path: '/v1/payments/cancelPayment?x=1',
      body: null,
    },
    { result: { resultCode: 'NO_INTERFACE_DEF' }, path: '/%', durationMs: 0 },
    { result: { resultCode: 'MEDIA_TYPE_NOT_ACCEPTABLE' }, body: null },
  ])
  t.equal(body.requests.length, 5, 'calls of the control API are not in it')
})

t.test('journal entries can be filtered, and the journal emptied', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  for (const id of ['a', 'b', 'RETRY-1']) await call(id, { headers: { 'client-id': `client ${id}` } })
  const idsFor = async (query: string) =>
    (await admin('GET', `/__admin/requests?${query}`)).body.requests.map(({ id }: { id: number }) => id)
  t.same(await idsFor('clientId=client%20b'), [2])
  t.same(await idsFor('resultCode=UNKNOWN_EXCEPTION'), [3])
  t.same(await idsFor('rule=file/retry'), [3])
  t.same(await idsFor('limit=2'), [2, 3])
  t.same(await idsFor('since=2000-01-01T00:00:00Z'), [1, 2, 3])
  t.same(await idsFor(`since=${Date.now() + 60_000}`), [])
  t.equal((await admin('DELETE', '/__admin/requests')).status, 204)
  t.match((await admin('GET', '/__admin/requests')).body, { total: 0, requests: [] })
})

t.test('mistakes in a query are problems, all of them', async (t) => {
  const { admin } = await startControl(t)
  const { status, body, headers } = await admin('GET', '/__admin/requests?limit=x&resultCode=SUCESS&paymentRequestID=1')
  t.equal(status, 400)
  t.match(headers.get('content-type'), 'application/problem+json')
  t.match(body, { type: 'about:blank', title: 'Bad Request', status: 400, detail: 'the query has 3 mistakes' })
  const byName = Object.fromEntries(
    body.errors.map((each: { parameter: string; detail: string }) => [each.parameter, each.detail]),
  )
  t.match(byName, {
    limit: /whole number/,
    resultCode: /did you mean SUCCESS/,
    paymentRequestID: /did you mean paymentRequestId/,
  })
  t.match((await admin('GET', '/__admin/requests?since=yesterday')).body, {
    errors: [{ parameter: 'since', detail: /is not a time/ }],
  })
  t.match((await admin('GET', '/__admin/report?tooFast=1')).body, {
    detail: 'the query has 1 mistake',
    errors: [{ parameter: 'tooFast' }],
  })
})

t.test('a runtime rule answers the next call, counts its hits, and goes again', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  t.equal(await codeOf(await call('X')), 'SUCCESS')
  const added = await admin('POST', '/__admin/rules', {
    name: 'a/b c',
    match: { paymentRequestId: 'Y*' },
    reply: 'ACCESS_DENIED',
  })
  t.match(added, { status: 201, body: { rules: ['runtime/a/b c'] } })
  t.equal(await codeOf(await call('Y1')), 'ACCESS_DENIED')
  t.match((await admin('GET', '/__admin/rules')).body, {
    total: 3,
    rules: [
      { id: 'runtime/a/b c', hits: 1, runtime: true, rule: { reply: 'ACCESS_DENIED' } },
      { id: 'file/retry', hits: 0, runtime: false },
      {},
    ],
  })
  t.equal((await admin('DELETE', '/__admin/rules/runtime%2Fa%2Fb%20c')).status, 204)
  t.equal(await codeOf(await call('Y2')), 'SUCCESS')
  await admin('POST', '/__admin/rules', {
    rules: [
      { name: 'm', reply: 'ACCESS_DENIED' },
      { name: 'n', reply: 'SUCCESS' },
    ],
  })
  t.equal(await codeOf(await call('Y3')), 'ACCESS_DENIED')
  t.equal((await admin('DELETE', '/__admin/rules/runtime/m')).status, 204, 'the slash need not be encoded')
  t.equal((await admin('DELETE', '/__admin/rules')).status, 204)
  t.equal((await admin('GET', '/__admin/rules')).body.total, 2)
})

t.test('a rule that is not there, and one that stands in a file, cannot be removed', async (t) => {
  const { admin } = await startControl(t, { rules })
  t.match(await admin('DELETE', '/__admin/rules/runtime%2Fx'), {
    status: 404,
    body: { detail: 'there is no rule runtime/x' },
  })
  t.match(await admin('DELETE', '/__admin/rules/x'), { status: 404 })
  t.match(await admin('DELETE', '/__admin/rules/file%2Fretry'), { status: 409, body: { detail: /change the file/ } })
})

t.test('mistakes in rules are problems with JSON pointers, and no rule is added', async (t) => {
  const { admin } = await startControl(t)
  const post = (body: unknown) => admin('POST', '/__admin/rules', body)
  const wrong = {
    name: 'x',
    match: { pspID: 'P', acquirerId: '/(/' },
    reply: ['SUCESS', { resultCode: 'SUCCESS', delay: '2h' }],
  }
  const { status, body } = await post({ rules: [{ name: 'ok', reply: 'SUCCESS' }, wrong] })
  t.equal(status, 400)
  t.matchSnapshot(JSON.stringify(body, null, 2), 'the problem document')
  t.match((await post([])).body.errors, [{ pointer: '#' }])
  t.match((await post(null)).body.errors, [{ pointer: '#' }])
  t.match((await post({ rules: 'x' })).body.errors, [{ pointer: '#/rules' }])
  t.match((await post({ rules: [], 'a/b~c d': 1 })).body.errors, [{ pointer: '#/a~1b~0c%20d' }])
  await post({ name: 'a', reply: 'SUCCESS' })
  t.match((await post({ name: 'a', reply: 'SUCCESS' })).body, {
    detail: 'the body has 1 mistake',
    errors: [{ pointer: '#/name' }],
  })
  t.equal((await admin('GET', '/__admin/rules')).body.total, 1)
})

t.test('a body that is no JSON, too large or missing is a problem', async (t) => {
  const { url, log } = await startControl(t)
  const post = async (body: string | undefined, type = 'application/json') => {
    const reply = await fetch(`${url}/__admin/explain`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: body ?? null,
    })
    return { status: reply.status, ...((await reply.json()) as object) }
  }
  t.match(await post('{'), { status: 400, detail: /the body is not JSON/ })
  t.match(await post(''), { status: 400, errors: [{ pointer: '#' }] })
  t.match(await post(undefined), { status: 400 })
  t.match(await post('{}', 'text/plain'), { status: 415, title: 'Unsupported Media Type' })
  t.match(await post(`"${'x'.repeat(1024 * 1024)}"`), { status: 413 })
  t.match(await post('{"acquirerId":5,"pspId":"","clientId":"x"}', 'application/vnd.x+json; charset=utf-8'), {
    detail: 'the body has 3 mistakes',
  })
  t.same(log, [])
})

t.test('what goes wrong inside is a problem that tells nothing, and is logged', async (t) => {
  const { admin, simulator, log } = await startControl(t)
  const namespace = simulator.namespace('')
  namespace.reset = () => Promise.reject(new Error('the disk is full'))
  t.match(await admin('POST', '/__admin/reset'), { status: 500, body: { detail: /the log says what/ } })
  t.match(log.join(), /the disk is full/)
})

t.test('the ledger can be read and forgotten', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  const id = 'RETRY-a/b%20ü'
  const path = `/__admin/ledger/${encodeURIComponent(id)}`
  t.match(await admin('GET', path), { status: 404, body: { detail: `the ledger has no paymentRequestId ${id}` } })
  await call(id)
  t.same((await admin('GET', path)).body, { paymentRequestId: id, attempts: 1, final: null })
  await call(id)
  t.match((await admin('GET', path)).body, { attempts: 2, final: { resultCode: 'SUCCESS', resultStatus: 'S' } })
  t.equal((await admin('DELETE', path)).status, 204)
  t.equal((await admin('DELETE', path)).status, 404)
  t.equal(await codeOf(await call(id)), 'UNKNOWN_EXCEPTION')
})

t.test('explain tells what the next call gets, and changes nothing', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  const explain = async (paymentRequestId: string) =>
    (await admin('POST', '/__admin/explain', { ...ids, paymentRequestId, clientId: 'C', other: 1 })).body
  t.match(await explain('RETRY-1'), { rule: 'file/retry', attempt: 1, result: { resultCode: 'UNKNOWN_EXCEPTION' } })
  await call('RETRY-1')
  for (let n = 1; n <= 2; n++)
    t.match(await explain('RETRY-1'), {
      attempt: 2,
      step: { number: 2, of: 2 },
      result: { resultCode: 'SUCCESS' },
      misses: [],
    })
  t.match(await explain('LOST-1'), {
    result: null,
    misses: [{ rule: 'file/retry', fields: [{ field: 'paymentRequestId' }] }],
  })
  t.match(await explain('other'), { rule: null, result: { resultCode: 'SUCCESS' }, reason: 'no rule matches' })
  t.match((await admin('GET', '/__admin/requests')).body, { total: 1 })
})

t.test('a report judges the calls that were really made', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  await call('a')
  await call('a')
  await call('RETRY-1')
  const { body } = await admin('GET', '/__admin/report?tooFast=0ms')
  t.match(body, { calls: 3, coverage: { resultCodes: { SUCCESS: 2, UNKNOWN_EXCEPTION: 1 } } })
  t.match(body.verdicts, [
    { verdict: 'retried-after-success', paymentRequestId: 'a', entries: [1, 2], unsure: false },
    { verdict: 'abandoned-unknown', paymentRequestId: 'RETRY-1', entries: [3] },
  ])
  t.match((await admin('GET', '/__admin/report?tooFast=1000s')).body.verdicts[2], { verdict: 'retried-too-fast' })
  const quick = await startControl(t, { rules })
  await Promise.all(Array.from({ length: 20 }, (_, n) => quick.call(`one at a time ${n}`)))
  t.same((await quick.admin('GET', '/__admin/report')).body.verdicts, [], 'other ids do not overlap')
})

t.test('reset forgets runtime rules, hits, ledger and journal', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  await admin('POST', '/__admin/rules', { name: 'x', match: { pspId: 'x' }, reply: 'SUCCESS' })
  await call('RETRY-1')
  t.equal((await admin('POST', '/__admin/reset')).status, 204)
  t.match((await admin('GET', '/__admin/rules')).body, { total: 2, rules: [{ hits: 0 }, { hits: 0 }] })
  t.equal((await admin('GET', '/__admin/requests')).body.total, 0)
  t.equal((await admin('GET', '/__admin/ledger/RETRY-1')).status, 404)
})

t.test('two namespaces that are hammered at once never see each other', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  await admin('POST', '/ns/a/__admin/rules', { name: 'all', reply: 'ACCESS_DENIED' })
  await admin('POST', '/ns/b/__admin/rules', { name: 'all', reply: 'PROCESS_FAIL' })
  const calls = Array.from({ length: 200 }, async (_, n) => {
    const namespace = n % 2 === 0 ? 'a' : 'b'
    return `${namespace} ${await codeOf(await call(`id ${n >> 1}`, { namespace }))}`
  })
  t.same(new Set(await Promise.all(calls)), new Set(['a ACCESS_DENIED', 'b PROCESS_FAIL']))
  for (const namespace of ['a', 'b']) {
    const { body } = await admin('GET', `/ns/${namespace}/__admin/requests`)
    t.equal(body.total, 100)
    t.ok(
      body.requests.every(
        (each: { namespace: string; attempt: number }) => each.namespace === namespace && each.attempt === 1,
      ),
    )
    t.match((await admin('GET', `/ns/${namespace}/__admin/rules`)).body, { total: 3, rules: [{ hits: 100 }] })
  }
  await admin('POST', '/ns/a/__admin/reset')
  t.equal((await admin('GET', '/ns/b/__admin/requests')).body.total, 100)
  t.equal((await admin('GET', '/__admin/requests')).body.total, 0, 'the main namespace was not touched')
  t.equal(await codeOf(await call('id 1')), 'SUCCESS')
})

t.test('a namespace answers on all paths of the API and of control, and on no others', async (t) => {
  const { url, call, admin } = await startControl(t, { rules })
  const longest = 'x'.repeat(64)
  t.equal(await codeOf(await call('1', { namespace: longest })), 'SUCCESS')
  t.equal(await codeOf(await call('1', { namespace: 'pr%2D42' })), 'SUCCESS')
  t.equal((await admin('GET', '/ns/pr-42/__admin/requests')).body.total, 1, 'however it was encoded')
  t.match(await admin('GET', '/ns/pr-42/__admin/nothing'), {
    status: 404,
    body: { detail: 'nothing answers GET /ns/pr-42/__admin/nothing' },
  })
  t.match(await admin('GET', '/__admin/nothing?x=1'), {
    status: 404,
    body: { detail: 'nothing answers GET /__admin/nothing' },
  })
  t.match(await admin('GET', '/docs/nothing'), { status: 404 })
  const codeAt = async (path: string, init?: RequestInit) => codeOf(await fetch(url + path, init))
  await admin('GET', '/ns/a/__admin/requests')
  t.equal(await codeAt('/ns/a/v1/payments/cancelPayment'), 'METHOD_NOT_SUPPORTED')
  t.equal((await admin('GET', '/ns/a/__admin/requests')).body.total, 1, 'a refusal is in its own journal')
  for (const path of ['/ns/a', '/ns/a/', '/ns/a/docs', '/ns/a/livez', '/ns//v1/payments/cancelPayment', '/other'])
    t.equal(await codeAt(path), 'NO_INTERFACE_DEF', path)
  for (const namespace of [`${longest}x`, 'a%20b', 'a.b', 'ä'])
    t.equal(await codeOf(await call('1', { namespace })), 'NO_INTERFACE_DEF', namespace)
  const page = await fetch(url, { headers: { accept: 'text/html' }, redirect: 'manual' })
  t.equal(page.headers.get('location'), '/docs')
})

t.test('with a token, only those who show it may steer; everybody may pay', async (t) => {
  const { url, call, log } = await startControl(t, { rules, adminToken: 's3cret' })
  const statusWith = async (authorization?: string, path = '/__admin/rules') =>
    fetch(url + path, authorization === undefined ? {} : { headers: { authorization } })
  const refused = await statusWith()
  t.equal(refused.status, 401)
  t.equal(refused.headers.get('www-authenticate'), 'Bearer realm="mpp-sim"')
  t.match(refused.headers.get('content-type'), /^application\/problem\+json/)
  t.match(await refused.json(), { status: 401, title: 'Unauthorized', detail: 'the control API needs a bearer token' })
  for (const wrong of ['Bearer wrong', 'Basic s3cret', 's3cret', 'Bearer s3cret2', ''])
    t.equal((await statusWith(wrong)).status, 401, wrong)
  t.match(log.join(''), /the bearer token is wrong/)
  t.notMatch(log.join(''), /s3cret2/, 'no token is logged')
  t.equal((await statusWith('Bearer s3cret')).status, 200)
  t.equal((await statusWith('bearer  s3cret')).status, 200)
  t.equal((await statusWith(undefined, '/ns/a/__admin/rules')).status, 401)
  t.equal(await codeOf(await call('1')), 'SUCCESS')
})

t.test('without a control API its paths are not there', async (t) => {
  const { admin, call } = await startControl(t, { rules, admin: false })
  for (const path of ['/__admin/rules', '/__admin/requests', '/ns/a/__admin/rules'])
    t.equal((await admin('GET', path)).status, 404)
  t.equal(await codeOf(await call('1')), 'SUCCESS')
})

t.test('no page of another site is allowed to steer', async (t) => {
  const { url } = await startControl(t)
  const headers = { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' }
  const preflight = await fetch(`${url}/__admin/rules`, { method: 'OPTIONS', headers })
  t.equal(preflight.status, 404)
  const reply = await fetch(`${url}/__admin/rules`, { headers })
  t.equal(reply.headers.get('access-control-allow-origin'), null)
})

t.test('the control API stands in the OpenAPI document once, under its own tag', async (t) => {
  const { app } = await startControl(t)
  const { paths } = (await app.inject('/openapi.json')).json()
  const calls = {
    '/__admin/rules': ['get', 'post', 'delete'],
    '/__admin/rules/{id}': ['delete'],
    '/__admin/explain': ['post'],
    '/__admin/requests': ['get', 'delete'],
    '/__admin/requests/stream': ['get'],
    '/__admin/ledger/{paymentRequestId}': ['get', 'delete'],
    '/__admin/report': ['get'],
    '/__admin/reset': ['post'],
    '/__admin/profile': ['get'],
    '/__admin/public-key': ['get'],
  }
  for (const [path, methods] of Object.entries(calls)) t.same(Object.keys(paths[path] ?? {}), methods, path)
  t.notOk(Object.keys(paths).some((path) => path.includes('/ns/')))
  t.same(paths['/__admin/rules']?.post?.tags, ['Control'])
})

t.test('replies of the control API are as the OpenAPI document says', async (t) => {
  const { app, call, admin } = await startControl(t, { rules })
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const { paths } = (await app.inject('/openapi.json')).json()
  const fits = (path: string, method: 'get' | 'post', body: unknown, status = 200) => {
    const reply = paths[path][method].responses[status]
    const [{ schema }] = Object.values(reply.content) as [{ schema: object }]
    t.ok(ajv.validate(schema, body), `${method} ${path} ${status} ${ajv.errorsText()}`)
  }
  await call('a', { headers: { 'client-id': 'C' } })
  await call('a')
  await call('', { body: { pspId: 7 } })
  await call('LOST-1')
  const explained = { ...ids, paymentRequestId: 'LOST-1' }
  fits('/__admin/rules', 'get', (await admin('GET', '/__admin/rules')).body)
  fits('/__admin/rules', 'post', (await admin('POST', '/__admin/rules', { name: 'x', reply: 'SUCCESS' })).body, 201)
  fits('/__admin/rules', 'post', (await admin('POST', '/__admin/rules', {})).body, 400)
  fits('/__admin/requests', 'get', (await admin('GET', '/__admin/requests')).body)
  fits('/__admin/profile', 'get', (await admin('GET', '/__admin/profile')).body)
  fits('/__admin/report', 'get', (await admin('GET', '/__admin/report')).body)
  fits('/__admin/ledger/{paymentRequestId}', 'get', (await admin('GET', '/__admin/ledger/a')).body)
  fits('/__admin/ledger/{paymentRequestId}', 'get', (await admin('GET', '/__admin/ledger/LOST-1')).body)
  fits('/__admin/explain', 'post', (await admin('POST', '/__admin/explain', explained)).body)
  await admin('POST', '/__admin/reset')
  fits('/__admin/explain', 'post', (await admin('POST', '/__admin/explain', explained)).body)
})

t.test('metrics count by result code and file, with no id in any label', async (t) => {
  const { url, call, admin } = await startControl(t, { rules, failedReloads: () => 3, store: { journalMax: 2 } })
  await admin('POST', '/__admin/rules', { name: 'r', match: { paymentRequestId: 'R' }, reply: 'PROCESS_FAIL' })
  for (const id of ['RETRY-1', 'RETRY-1', 'RETRY-1', 'LOST-1', 'R', 'other']) await call(id)
  await call('x', { namespace: 'a' })
  await fetch(`${url}/nowhere`)
  const reply = await fetch(`${url}/metrics`)
  t.match(reply.headers.get('content-type'), /^text\/plain; version=/)
  const text = await reply.text()
  for (const line of [
    'mpp_sim_requests_total{result_code="UNKNOWN_EXCEPTION",file="file",profile="mpp"} 2',
    'mpp_sim_requests_total{result_code="PROCESS_FAIL",file="runtime",profile="mpp"} 1',
    'mpp_sim_requests_total{result_code="SUCCESS",file="(no rule)",profile="mpp"} 2',
    'mpp_sim_requests_total{result_code="NO_INTERFACE_DEF",file="(refused)",profile="mpp"} 1',
    'mpp_sim_replays_total 1',
    'mpp_sim_faults_total{fault="malformed-json"} 1',
    'mpp_sim_request_duration_seconds_count 8',
    'mpp_sim_scenario_reloads_failed_total 3',
    'mpp_sim_namespaces 1',
    'mpp_sim_ledger_entries 5',
    'mpp_sim_journal_entries 3',
    'mpp_sim_evicted_total{from="journal"} 5',
    'mpp_sim_evicted_total{from="ledger"} 0',
  ])
    t.ok(text.includes(`${line}\n`), line)
  t.match(text, /^mpp_sim_journal_bytes \d+$/m)
  t.match(text, /^nodejs_version_info/m)
  t.notMatch(text, /RETRY/)
  t.equal((await (await fetch(`${url}/metrics`)).text()).match(/^mpp_sim_evicted_total.*/gm)?.length, 2)
})

/** The events of a stream, as they come. */
async function openStream(t: Test, url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController()
  t.teardown(() => abort.abort())
  const reply = await fetch(url, { headers, signal: abort.signal })
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    reply,
    /** The next block of the stream; nothing at its end. */
    async next(): Promise<string | undefined> {
      while (!text.includes('\n\n')) {
        const { value, done } = (await reader?.read()) ?? { done: true }
        if (done) return undefined
        text += value
      }
      const [block = ''] = text.split('\n\n', 1)
      text = text.slice(block.length + 2)
      return block
    },
    leave: () => abort.abort(),
  }
}

const dataOf = (block = '') => JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null')

t.test('a stream tells each entry as it is written, filtered as the journal is', async (t) => {
  const { url, call } = await startControl(t, { rules })
  await call('before')
  const stream = await openStream(t, `${url}/__admin/requests/stream?resultCode=SUCCESS`)
  t.equal(stream.reply.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  t.equal(await stream.next(), 'retry: 1000')
  for (const id of ['a', 'RETRY-1', 'b']) await call(id)
  const blocks = [await stream.next(), await stream.next()]
  t.match(blocks, [/^id: 2\ndata: {/, /^id: 4\ndata: {/])
  t.match(blocks.map(dataOf), [
    { id: 2, paymentRequestId: 'a' },
    { id: 4, paymentRequestId: 'b' },
  ])
  t.equal((await fetch(`${url}/__admin/requests/stream?x=1`)).status, 400)
  t.equal((await fetch(`${url}/__admin/requests/stream`, { method: 'HEAD' })).status, 404)
})

t.test('a reader that comes back goes on after the event that it saw last', async (t) => {
  const { url, call } = await startControl(t, { store: { journalMax: 3 } })
  for (let n = 1; n <= 5; n++) await call(`id ${n}`)
  const firstAfter = async (id: string) => {
    const stream = await openStream(t, `${url}/__admin/requests/stream`, { 'last-event-id': id })
    await stream.next()
    return stream.next()
  }
  t.match(await firstAfter('3'), /^id: 4\n/)
  t.match(await firstAfter('2'), /^id: 3\n/)
  t.equal(await firstAfter('1'), 'event: skipped\ndata: {"skipped":1}')
  t.equal(await firstAfter('99'), 'event: skipped\ndata: {"skipped":2}', 'an id of another journal: all that is there')
  const fresh = firstAfter('nonsense')
  await call('id 6')
  t.match(await fresh, /^id: 6\n/)
})

t.test('an idle stream sends a heartbeat', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const { url } = await startControl(t)
  const stream = await openStream(t, `${url}/__admin/requests/stream`)
  await stream.next()
  mock.timers.tick(15_000)
  t.equal(await stream.next(), ': heartbeat')
})

t.test('a reader that stalls is told how much it missed, and costs no memory', async (t) => {
  const { url, app, call } = await startControl(t, { store: { journalMax: 5 } })
  const { port } = new URL(url)
  const accepted = once(app.server, 'connection')
  const socket = connect(Number(port), '127.0.0.1')
  const [serverSocket] = await accepted
  socket.write('GET /__admin/requests/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'data')
  socket.pause()
  const headers = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`x-${n}`, 'x'.repeat(1000)]))
  for (let n = 0; !serverSocket.writableNeedDrain; n++) await call(`id ${n}`, { headers })
  const waiting = serverSocket.writableLength
  for (let n = 0; n < 20; n++) await call(`more ${n}`, { headers })
  t.equal(serverSocket.writableLength, waiting, 'nothing more is kept for it')
  let text = ''
  for await (const chunk of socket) {
    text += chunk
    if (text.includes('more 19')) break
  }
  t.match(text, /event: skipped\ndata: {"skipped":\d+}/)
  socket.destroy()
})

t.test('streams end when the server closes, when their namespace leaves, and when their reader does', async (t) => {
  const { url, app, call } = await startControl(t, { store: { namespaceMax: 1 } })
  const main = await openStream(t, `${url}/__admin/requests/stream`)
  const named = await openStream(t, `${url}/ns/a/__admin/requests/stream`)
  const left = await openStream(t, `${url}/__admin/requests/stream`)
  for (const stream of [main, named, left]) await stream.next()
  left.leave()
  await call('1', { namespace: 'b' })
  t.equal(await named.next(), undefined)
  await app.close()
  t.equal(await main.next(), undefined)
})

t.test('a stream whose journal fails ends', async (t) => {
  const { url, simulator } = await startControl(t)
  const journal = createMemoryJournal()
  simulator.namespace('').journal = () => ({ ...journal, read: () => Promise.reject(new Error('away')) })
  const stream = await openStream(t, `${url}/__admin/requests/stream`)
  t.equal(await stream.next(), 'retry: 1000')
  t.equal(await stream.next(), undefined)
})

t.test('the journal knows when a caller had left before its answer was ready', async (t) => {
  const { url, app, simulator, admin } = await startControl(t, { rules })
  const namespace = simulator.namespace('')
  const { cancelPayment, record } = namespace
  const accepted = once(app.server, 'connection')
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const [serverSocket] = await accepted
  namespace.cancelPayment = async (call) => {
    socket.destroy()
    await once(serverSocket, 'close')
    return cancelPayment(call)
  }
  const recorded = new Promise<void>((resolve) => {
    namespace.record = async (entry) => {
      const id = await record(entry)
      resolve()
      return id
    }
  })
  const body = JSON.stringify({ ...ids, paymentRequestId: 'left' })
  socket.write(`POST /v1/payments/cancelPayment HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  await recorded
  t.match((await admin('GET', '/__admin/requests')).body.requests, [{ callerLeft: true }])
})

const heldRules = [
  { name: 'hang', match: { paymentRequestId: 'HANG-*' }, reply: [{ fault: 'no-reply' }, 'SUCCESS'] },
  {
    name: 'drip',
    match: { paymentRequestId: 'DRIP-*' },
    reply: { resultCode: 'SUCCESS', fault: 'slow-body', delay: '1h' },
  },
  {
    name: 'brief',
    match: { paymentRequestId: 'BRIEF-*' },
    reply: { resultCode: 'SUCCESS', fault: 'slow-body', delay: '20ms' },
  },
  { name: 'late', match: { paymentRequestId: 'LATE-*' }, reply: { resultCode: 'SUCCESS', delay: '1h' } },
]

/** Sends a call that is not to be waited for; returns how to leave. */
function callAndLeave(url: string, paymentRequestId: string): () => void {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const body = JSON.stringify({ ...ids, paymentRequestId })
  socket.write(`POST /v1/payments/cancelPayment HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  return () => socket.destroy()
}

/** The next event of a stream that has data. */
async function nextEvent(
  stream: Awaited<ReturnType<typeof openStream>>,
): Promise<{ event: string; entry: JournalView }> {
  const block = await stream.next()
  if (block?.includes('data: ') !== true) return nextEvent(stream)
  return { event: /^event: (.*)$/m.exec(block)?.[1] ?? 'entry', entry: dataOf(block) }
}

t.test('the journal is told for how long the callers of held calls waited, and so is who follows it', async (t) => {
  const { url, simulator, admin } = await startControl(t, { rules: heldRules })
  const stream = await openStream(t, `${url}/__admin/requests/stream`)
  for (const id of ['HANG-1', 'DRIP-1']) {
    const leave = callAndLeave(url, id)
    t.match(await nextEvent(stream), {
      event: 'entry',
      entry: { paymentRequestId: id, heldMs: null, callerLeft: false },
    })
    leave()
    const { event, entry } = await nextEvent(stream)
    t.match({ event, entry }, { event: 'amended', entry: { paymentRequestId: id, callerLeft: true } })
    t.ok(Number(entry.heldMs) > 0)
  }
  const { requests } = (await admin('GET', '/__admin/requests')).body
  t.match(requests, [{ callerLeft: true }, { callerLeft: true }])
  const { verdicts } = await simulator.report()
  t.match(
    verdicts.filter(({ verdict }) => verdict === 'hung-up-early'),
    [{ paymentRequestId: 'HANG-1' }, { paymentRequestId: 'DRIP-1' }],
  )
})

t.test('a caller that leaves while its answer is delayed is known to have waited until then', async (t) => {
  const { url, simulator } = await startControl(t, { rules: heldRules })
  const stream = await openStream(t, `${url}/__admin/requests/stream`)
  await stream.next()
  const counted = new Promise<void>((resolve) => {
    const namespace = simulator.namespace('')
    const { cancelPayment } = namespace
    namespace.cancelPayment = async (call) => {
      const decision = await cancelPayment(call)
      setImmediate(resolve)
      return decision
    }
  })
  const leave = callAndLeave(url, 'LATE-1')
  await counted
  leave()
  const { entry } = await nextEvent(stream)
  t.match(entry, { paymentRequestId: 'LATE-1', callerLeft: true, fault: null })
  t.equal(entry.heldMs?.toFixed(3), entry.durationMs.toFixed(3))
  t.match(
    (await simulator.report()).verdicts.map(({ verdict }) => verdict),
    ['abandoned-unknown', 'hung-up-early'],
  )
})

t.test('a caller that holds on to a call without an answer is noted once, and again when it leaves', async (t) => {
  const patience = { least: 5, most: 10, slack: 0 }
  const { url, simulator } = await startControl(t, { rules: heldRules, patience })
  const stream = await openStream(t, `${url}/__admin/requests/stream?paymentRequestId=HANG-2`)
  const leave = callAndLeave(url, 'HANG-2')
  t.match(await nextEvent(stream), { event: 'entry', entry: { heldMs: null } })
  const { event, entry } = await nextEvent(stream)
  t.match({ event, entry }, { event: 'amended', entry: { callerLeft: false } })
  t.ok(Number(entry.heldMs) >= 10)
  const kinds = async () => (await simulator.report()).verdicts.map(({ verdict }) => verdict)
  t.same(await kinds(), ['abandoned-unknown', 'no-timeout'])
  leave()
  t.match(await nextEvent(stream), { event: 'amended', entry: { callerLeft: true } })
  t.same(await kinds(), ['abandoned-unknown', 'no-timeout'])
})

t.test('who has its slow answer, or is cut by the end of the server, has not left', async (t) => {
  const { url, app, call, simulator } = await startControl(t, { rules: heldRules })
  t.equal((await call('BRIEF-1')).status, 200)
  callAndLeave(url, 'HANG-3')
  callAndLeave(url, 'DRIP-3')
  const stream = await openStream(t, `${url}/__admin/requests/stream`, { 'last-event-id': '0' })
  for (const _ of ['BRIEF-1', 'HANG-3', 'DRIP-3']) await nextEvent(stream)
  const closed = app.close()
  app.server.closeAllConnections()
  await closed
  const { entries } = await simulator.requests()
  t.match(
    entries,
    entries.map(() => ({ callerLeft: false, heldMs: undefined })),
  )
  t.same(
    (await simulator.report()).verdicts.filter(({ verdict }) => verdict === 'hung-up-early'),
    [],
  )
})

t.test('a journal that cannot be amended costs no more than a warning', async (t) => {
  const { url, simulator, log } = await startControl(t, { rules: heldRules })
  const amended = new Promise<void>((resolve) => {
    simulator.namespace('').amend = async () => {
      setImmediate(resolve)
      throw new Error('the store is away')
    }
  })
  const stream = await openStream(t, `${url}/__admin/requests/stream`)
  const leave = callAndLeave(url, 'HANG-4')
  await nextEvent(stream)
  leave()
  await amended
  t.match(log, [/the store is away/])
})

t.test('a stream with a rate tells of amended entries, too', async (t) => {
  const { url } = await startControl(t, { rules: heldRules })
  const stream = await openStream(t, `${url}/__admin/requests/stream?rate=100`)
  const leave = callAndLeave(url, 'HANG-5')
  t.match(await nextEvent(stream), { event: 'entry', entry: { paymentRequestId: 'HANG-5' } })
  leave()
  t.match(await nextEvent(stream), { event: 'amended', entry: { paymentRequestId: 'HANG-5', callerLeft: true } })
})

t.test('a caller that leaves while its entry is written is known to have left', async (t) => {
  const { url, app, simulator } = await startControl(t, { rules: heldRules })
  const stream = await openStream(t, `${url}/__admin/requests/stream`)
  await stream.next()
  const namespace = simulator.namespace('')
  const { record } = namespace
  const accepted = once(app.server, 'connection')
  const leave = callAndLeave(url, 'HANG-6')
  const [serverSocket] = await accepted
  namespace.record = async (entry) => {
    leave()
    await once(serverSocket, 'close')
    return record(entry)
  }
  const isKnown = ({ entry }: { entry: { callerLeft?: boolean } }) => entry.callerLeft === true
  // The entry itself may say so already, if it is told late.
  t.ok(isKnown(await nextEvent(stream)) || isKnown(await nextEvent(stream)))
})

t.test('a stream tells of amended entries that its reader has seen, wants and can be shown', async (t) => {
  const { url, simulator, call } = await startControl(t)
  await call('one')
  await call('two')
  const records = (await simulator.requests()).entries.map(({ id: _, ...record }) => record)
  const append = (name: string) => {
    for (const record of records) if (record.paymentRequestId === name) journal.append({ ...record })
  }
  const journal = createMemoryJournal({ max: 2000 })
  let listener: JournalListener | undefined
  const subscribe = (added: JournalListener) => {
    listener = added
    return () => {}
  }
  simulator.namespace('').journal = () => ({ ...journal, subscribe })
  const stream = await openStream(t, `${url}/__admin/requests/stream?paymentRequestId=one`)
  await stream.next()
  const amend = (id: number) => {
    journal.amend(id, { heldMs: 5, callerLeft: true })
    listener?.onAmend?.(id)
  }

  append('one')
  amend(1)
  listener?.onEntry()
  t.match(await nextEvent(stream), { event: 'entry', entry: { id: 1, heldMs: 5 } }, 'not seen before: told once')

  append('two')
  append('one')
  listener?.onEntry()
  t.match(await nextEvent(stream), { event: 'entry', entry: { id: 3 } })
  amend(2)
  amend(3)
  t.match(await nextEvent(stream), { event: 'amended', entry: { id: 3 } }, 'the other one does not pass the filter')

  for (let id = 4; id <= 1010; id++) append('one')
  listener?.onEntry()
  for (let id = 4; id <= 1010; id++) t.equal((await nextEvent(stream)).entry.id, id)
  for (let id = 1; id <= 1010; id++) if (id !== 2) amend(id)
  const told: number[] = []
  for (let n = 0; n < 1000; n++) told.push((await nextEvent(stream)).entry.id)
  t.equal(told.at(-1), 1001, 'no more are kept for a reader that is slow')

  journal.clear()
  listener?.onAmend?.(5)
  append('one')
  listener?.onEntry()
  t.match(await nextEvent(stream), { event: 'entry', entry: { id: 1011 } }, 'what is gone cannot be shown')
})

t.test('a namespace may be percent-encoded in a path, in whole', async (t) => {
  const { url, simulator } = await startControl(t)
  const body = JSON.stringify({ ...ids, paymentRequestId: 'A' })
  const headers = { 'content-type': 'application/json' }
  t.equal((await fetch(`${url}/n%73/%78/v1/payments/cancelPayment`, { method: 'POST', headers, body })).status, 200)
  t.match(await simulator.namespace('x').requests({}), { total: 1 })
  t.match(await simulator.requests(), { total: 0 })
})
