import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { requestExamples } from '../../src/http/payments/operation.js'
import { cancelPaymentPaths, sampleRequest } from '../../src/protocol/cancel-payment.js'
import { resultCodes, resultOf } from '../../src/protocol/result.js'
import { warningsIn } from '../../src/scenarios/check.js'
import { loadScenarios } from '../../src/scenarios/load.js'
import { shippedScenarios } from '../../src/server/shipped.js'
import { createMemoryStore } from '../../src/simulator/memory/store.js'
import { createSimulator } from '../../src/simulator/simulator.js'
import { cancel, listen, makeApp, noon } from '../fixtures/app.js'
import { often } from '../fixtures/often.js'
import { sendRaw, wireRequest } from '../fixtures/wire.js'

const path = '/v1/payments/cancelPayment'
const seed = JSON.stringify(sampleRequest)

t.test('answers the sample of the documentation with SUCCESS, byte for byte', async (t) => {
  const { app } = await makeApp(t)
  for (const url of cancelPaymentPaths) {
    const reply = await app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      payload: seed,
    })
    t.equal(reply.statusCode, 200)
    t.equal(reply.body, '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"Success"}}')
  }
})

t.test('sends the headers of the contract, and no others of its own', async (t) => {
  const { app } = await makeApp(t, { rules: [{ name: 'grün', match: { clientId: 'me' }, reply: 'PROCESS_FAIL' }] })
  const { headers } = await cancel(app, {}, { 'client-id': 'me' })
  t.match(headers, {
    'content-type': 'application/json; charset=UTF-8',
    'response-time': '2026-01-31T12:00:00+00:00',
    'client-id': 'me',
    'x-sim-rule': 'test/gr\\u00fcn',
    'x-sim-attempt': '1',
    'x-sim-replayed': 'false',
    'x-sim-reason': 'step 1 of 1',
  })
  t.notOk('x-powered-by' in headers || 'server' in headers)
  const again = await cancel(app, {}, { 'client-id': 'me' })
  t.match(again.headers, { 'x-sim-attempt': '2', 'x-sim-replayed': 'true' })
  t.match(again.headers['x-sim-reason'], /final result is replayed/)
  const unmatched = await cancel(app, { paymentRequestId: 'other' })
  t.notOk('client-id' in unmatched.headers || 'x-sim-rule' in unmatched.headers)
  t.equal(unmatched.headers['x-sim-reason'], 'no rule matches')
})

t.test('gives every result code by the shipped scenarios, status and message from the table', async (t) => {
  const { rules, errors, lint } = await loadScenarios([shippedScenarios])
  t.same([errors, warningsIn({ lint })], [[], []])
  const { app } = await makeApp(t, { simulator: createSimulator({ rules, store: createMemoryStore(), seed: 'x' }) })
  for (const code of resultCodes) {
    const reply = await cancel(app, requestExamples[code]?.value)
    t.same(reply.json(), { result: { ...resultOf(code) } }, code)
    t.same(Object.keys(reply.json().result), ['resultCode', 'resultStatus', 'resultMessage'])
  }
})

t.test('plays steps, custom messages and HTTP status, and keeps the envelope', async (t) => {
  const reply = [
    { resultCode: 'UNKNOWN_EXCEPTION' as const, times: 2 },
    { resultCode: 'PROCESS_FAIL' as const, resultMessage: 'Account closed by wallet', httpStatus: 503 },
  ]
  const { app } = await makeApp(t, { rules: [{ name: 'r', reply }] })
  t.match((await cancel(app)).json(), { result: { resultStatus: 'U' } })
  t.match((await cancel(app)).headers, { 'x-sim-reason': 'step 1 of 2', 'x-sim-attempt': '2' })
  const third = await cancel(app)
  t.equal(third.statusCode, 503)
  t.match(third.json(), {
    result: { resultCode: 'PROCESS_FAIL', resultStatus: 'F', resultMessage: 'Account closed by wallet' },
  })
})

t.test('logs an acquirer’s call by the id that it names', async (t) => {
  const { app, log } = await makeApp(t, { profile: 'acqp' })
  const headers = { 'content-type': 'application/json' }
  await app.inject({ method: 'POST', url: path, headers, payload: '{"paymentId":"P-1"}' })
  t.match(log.at(-1), { paymentId: 'P-1', paymentRequestId: undefined, resultCode: 'SUCCESS' })
})

t.test('refuses before the business step, without counting an attempt', async (t) => {
  const { app, log } = await makeApp(t)
  const post = { method: 'POST', url: path, headers: { 'content-type': 'application/json' } } as const
  const json = (value: unknown) => ({ ...post, payload: JSON.stringify(value) })
  const typed = (contentType: string) => ({ ...post, headers: { 'content-type': contentType }, payload: seed })
  const deep = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)},${seed.slice(1)}`
  const cases = [
    [
      'an unknown path',
      { ...post, url: '/v1/payments/pay', payload: seed },
      'NO_INTERFACE_DEF',
      /no API is defined at \/v1\/payments\/pay; the API is at \/aps\/api\/v1\/payments\/cancelPayment, \/v1\//,
    ],
    ['the root, for a machine', { method: 'GET', url: '/' }, 'NO_INTERFACE_DEF', /at \//],
    ['a trailing slash', { ...post, url: `${path}/` }, 'NO_INTERFACE_DEF', /cancelPayment\//],
    ['malformed percent-encoding', { method: 'POST', url: '/%zz' }, 'NO_INTERFACE_DEF', /percent-encoding/],
    [
      'an unknown path with a huge body',
      { ...post, url: '/x', payload: 'x'.repeat(70_000) },
      'NO_INTERFACE_DEF',
      /\/x/,
    ],
    [
      'a wrong method with a wrong type',
      { method: 'PUT', url: path, headers: { 'content-type': 'a/b' } },
      'METHOD_NOT_SUPPORTED',
      /PUT/,
    ],
    ['GET', { method: 'GET', url: path }, 'METHOD_NOT_SUPPORTED', /GET/],
    ['HEAD', { method: 'HEAD', url: path }, 'METHOD_NOT_SUPPORTED', /HEAD/],
    ['OPTIONS', { method: 'OPTIONS', url: path }, 'METHOD_NOT_SUPPORTED', /OPTIONS/],
    [
      'a path that is nearly one',
      { ...post, url: '/aps/v1/payment/cancelPayment' },
      'NO_INTERFACE_DEF',
      /cancelPayment \(did you mean \/(aps\/api\/)?v1\/payments\/cancelPayment\?\); the API is at/,
    ],
    ['text', typed('text/plain'), 'MEDIA_TYPE_NOT_ACCEPTABLE', /text\/plain is not JSON/],
    ['a form', typed('application/x-www-form-urlencoded'), 'MEDIA_TYPE_NOT_ACCEPTABLE', /not JSON/],
    ['another charset', typed('application/json; charset=latin1'), 'MEDIA_TYPE_NOT_ACCEPTABLE', /latin1 is not UTF-8/],
    ['a malformed type', typed('application/json;;=('), 'MEDIA_TYPE_NOT_ACCEPTABLE', /./],
    [
      'JSON joined with another type',
      typed('application/json, text/plain'),
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      /text\/plain is not/,
    ],
    ['an empty type', typed(''), 'MEDIA_TYPE_NOT_ACCEPTABLE', /./],
    ['no body', { ...post, headers: {} }, 'PARAM_ILLEGAL', /body is empty/],
    ['an empty body', { ...post, payload: '' }, 'PARAM_ILLEGAL', /body is empty/],
    ['no JSON', { ...post, payload: 'acquirerId=1' }, 'PARAM_ILLEGAL', /not JSON/],
    ['half a JSON', { ...post, payload: seed.slice(0, -5) }, 'PARAM_ILLEGAL', /not JSON/],
    ['a byte order mark', { ...post, payload: `\ufeff${seed}` }, 'PARAM_ILLEGAL', /not JSON/],
    ['invalid UTF-8', { ...post, payload: Buffer.from([0x7b, 0xff, 0x7d]) }, 'PARAM_ILLEGAL', /not UTF-8/],
    ['UTF-16', { ...post, payload: Buffer.from(seed, 'utf16le') }, 'PARAM_ILLEGAL', /./],
    [
      'a packed body',
      { ...post, headers: { ...post.headers, 'content-encoding': 'gzip' }, payload: gzipSync(seed) },
      'PARAM_ILLEGAL',
      /the body has the Content-Encoding gzip; the API takes it only as it is/,
    ],
    ['null', json(null), 'PARAM_ILLEGAL', /not a JSON object/],
    ['a list', json([sampleRequest]), 'PARAM_ILLEGAL', /not a JSON object/],
    ['a string', json('x'), 'PARAM_ILLEGAL', /not a JSON object/],
    [
      'nothing in it',
      json({}),
      'PARAM_ILLEGAL',
      /acquirerId is missing; pspId is missing; paymentRequestId is missing/,
    ],
    ['a number', json({ ...sampleRequest, pspId: 1 }), 'PARAM_ILLEGAL', /pspId is not a string/],
    ['null for a field', json({ ...sampleRequest, pspId: null }), 'PARAM_ILLEGAL', /pspId is not a string/],
    ['an empty field', json({ ...sampleRequest, acquirerId: '' }), 'PARAM_ILLEGAL', /^acquirerId is empty$/],
    [
      '65 characters',
      json({ ...sampleRequest, acquirerId: 'x'.repeat(65) }),
      'PARAM_ILLEGAL',
      /^acquirerId has more than 64 characters$/,
    ],
    ['fields in __proto__', { ...post, payload: `{"__proto__":${seed}}` }, 'PARAM_ILLEGAL', /is missing/],
    ['deep nesting', { ...post, payload: `{"a":${'['.repeat(10_000)}` }, 'PARAM_ILLEGAL', /not JSON/],
    ['64 KiB and a byte', { ...post, payload: seed.padEnd(65_537) }, 'PARAM_ILLEGAL', /larger than 64 KiB/],
  ] as const
  for (const [what, request, code, reason] of cases) {
    const reply = await app.inject(request)
    const { resultStatus, resultMessage } = resultOf(code)
    t.equal(reply.statusCode, 200, what)
    if (what !== 'HEAD') t.same(reply.json(), { result: { resultCode: code, resultStatus, resultMessage } }, what)
    t.match(reply.headers['x-sim-reason'], reason, what)
    t.match(log.at(-1), { resultCode: code, reason }, `${what} is logged`)
    t.notOk('x-sim-attempt' in reply.headers, what)
  }
  const accepted = [
    ['every spelling of JSON in UTF-8', typed('application/json')],
    ['', typed('Application/JSON; Charset=UTF-8')],
    ['', typed('application/json;charset="utf8"')],
    ['', typed('application/vnd.alipay+json; charset=utf-8')],
    ['a type that was sent twice, and joined by a proxy', typed('application/json, application/json; charset=UTF-8')],
    [
      'a body that says that it is not packed',
      { ...post, headers: { ...post.headers, 'content-encoding': 'Identity' }, payload: seed },
    ],
    ['no type', { ...post, headers: {}, payload: seed }],
    ['64 KiB', { ...post, payload: seed.padEnd(65_536) }],
    ['deep nesting', { ...post, payload: deep }],
    ['a __proto__ key and unknown fields', { ...post, payload: `{"__proto__":{"pspId":1},"x":1,${seed.slice(1)}` }],
    ['64 characters outside the BMP', json({ ...sampleRequest, acquirerId: '😀'.repeat(64) })],
    ['spaces, which are not trimmed', json({ ...sampleRequest, pspId: ' ' })],
    ['a query string', { ...post, url: `${path}?a=1`, payload: seed }],
  ] as const
  let attempt = 0
  for (const [what, request] of accepted) {
    const reply = await app.inject(request)
    t.match(reply.json(), { result: { resultCode: 'SUCCESS' } }, what)
    t.equal(reply.headers['x-sim-attempt'], String(++attempt), 'refusals counted no attempt')
  }
})

t.test('checks Accept only when told to', async (t) => {
  const lax = await makeApp(t)
  t.match((await cancel(lax.app, {}, { accept: 'text/html' })).json(), { result: { resultCode: 'SUCCESS' } })
  const { app } = await makeApp(t, { strictAccept: true })
  for (const accept of [
    'application/json',
    'application/json; charset=UTF-8',
    'application/json;charset=utf8',
    '*/*',
    'application/*;q=0.1',
    'text/html, application/json',
  ])
    t.match((await cancel(app, {}, { accept })).json(), { result: { resultCode: 'SUCCESS' } }, accept)
  t.match((await cancel(app)).json(), { result: { resultCode: 'SUCCESS' } }, 'no Accept header')
  for (const accept of ['text/html', 'application/json; charset=latin1', 'application/json;q=0', 'application/xml'])
    t.match((await cancel(app, {}, { accept })).json(), { result: { resultCode: 'MEDIA_TYPE_NOT_ACCEPTABLE' } }, accept)
})

t.test('answers UNKNOWN_EXCEPTION when something unforeseen happens, and logs what', async (t) => {
  const store = createMemoryStore()
  const take = () => Promise.reject(new Error('the disk is on fire'))
  const broken = { ...store, namespace: (name: string) => ({ ...store.namespace(name), take }) }
  const { app, log } = await makeApp(t, { simulator: createSimulator({ rules: [], store: broken, seed: 'x' }) })
  const reply = await cancel(app)
  t.same(reply.json(), { result: { ...resultOf('UNKNOWN_EXCEPTION') } })
  t.match(reply.headers['x-sim-reason'], /its log says what/)
  t.match(
    log.find(({ level }) => level === 50),
    { err: { message: 'the disk is on fire' } },
  )
})

t.test('sends people to the documentation, and tells tools what is not there', async (t) => {
  const { app } = await makeApp(t)
  const browser = await app.inject({ url: '/', headers: { accept: 'text/html,application/xhtml+xml' } })
  t.match(browser, { statusCode: 302, headers: { location: '/docs' } })
  for (const url of ['/docs/nothing', '/__admin/nothing', '/docs/static/nothing.js', '/%64ocs/x']) {
    const reply = await app.inject({ method: 'GET', url })
    t.equal(reply.statusCode, 404)
    t.match(reply.headers['content-type'], /^application\/problem\+json/)
    t.match(reply.json(), { title: 'Not Found', status: 404, detail: `nothing answers GET ${url}` })
  }
  const xml = await app.inject({
    method: 'POST',
    url: '/__admin/x',
    headers: { 'content-type': 'text/xml' },
    payload: '<a/>',
  })
  t.equal(xml.statusCode, 404)
  t.match((await app.inject('/__administrator')).json(), { result: { resultCode: 'NO_INTERFACE_DEF' } })
})

t.test('over a real connection', async (t) => {
  const { app } = await makeApp(t)
  const { port, url } = await listen(app)
  const success = /^HTTP\/1\.1 200 OK\r\n[\s\S]*"resultCode":"SUCCESS"/

  t.test('takes an absolute-form target', async (t) => {
    for (const target of [`http://wallet.example${path}`, `HTTPS://wallet.example:8443${path}?a=b`])
      t.match(await sendRaw(port, wireRequest(seed, { target })), success, target)
    for (const target of ['http://wallet.example', 'http://wallet.example?a', '*'])
      t.match(await sendRaw(port, wireRequest(seed, { target })), /NO_INTERFACE_DEF/, target)
  })

  t.test('takes a chunked body, a body in pieces and an Expect header of any kind', async (t) => {
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n${seed.length.toString(16)}\r\n${seed}\r\n0\r\n\r\n`
    t.match(await sendRaw(port, chunked), success)
    const socket = connect(port, '127.0.0.1')
    const request = wireRequest(seed)
    socket.write(request.subarray(0, -20))
    await sleep(20)
    socket.write(request.subarray(-20))
    const [reply] = await once(socket, 'data')
    t.match(String(reply), success)
    for (const expect of ['100-continue', 'something-else'])
      t.match(
        await sendRaw(port, wireRequest(seed, { headers: [`Expect: ${expect}`] })),
        /"resultCode":"SUCCESS"/,
        expect,
      )
  })

  t.test('answers the envelope to what is hardly HTTP', async (t) => {
    const cases = [
      ['PROPFIND', `PROPFIND ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, /METHOD_NOT_SUPPORTED/],
      ['an unknown method', `CANCEL ${path} HTTP/1.1\r\nHost: a\r\n\r\n`, /METHOD_NOT_SUPPORTED/],
      ['a target that is no URL', `POST pa th HTTP/1.1\r\nHost: a\r\n\r\n`, /NO_INTERFACE_DEF|PARAM_ILLEGAL/],
      ['no HTTP at all', 'hello\r\n\r\n', /METHOD_NOT_SUPPORTED|PARAM_ILLEGAL/],
      ['headers of 100 KiB', `POST ${path} HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, /PARAM_ILLEGAL/],
      [
        'two lengths',
        `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
        /PARAM_ILLEGAL/,
      ],
    ] as const
    for (const [what, request, code] of cases) {
      const reply = await sendRaw(port, request)
      t.match(reply, /^HTTP\/1\.1 200 OK\r\n/, what)
      t.match(reply, /content-type: application\/json; charset=UTF-8\r\n/i, what)
      t.match(reply, /x-sim-reason: /i, what)
      t.match(reply, code, what)
    }
  })

  t.test('refuses an endless body without reading it', async (t) => {
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n`
    t.match(await sendRaw(port, head, 'x'.repeat(100_000)), /PARAM_ILLEGAL/)
    const chunks = `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n${'x'.repeat(0x20000)}\r\n`
    t.match(await sendRaw(port, chunks), /PARAM_ILLEGAL/)
  })

  t.test('survives clients that leave at any moment', async (t) => {
    const request = wireRequest(seed)
    for (const length of [1, 40, request.length - 10, request.length]) {
      const socket = connect(port, '127.0.0.1')
      socket.write(request.subarray(0, length))
      await sleep(5)
      socket.resetAndDestroy()
    }
    const reply = await fetch(`${url}${path}`, {
      method: 'POST',
      body: seed,
      headers: { 'content-type': 'application/json' },
    })
    t.match(await reply.json(), { result: { resultCode: 'SUCCESS' } })
  })
})

t.test('tells a client that sends too slowly', async (t) => {
  const { app } = await makeApp(t)
  const { port } = await listen(app)
  const reply = new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      app.server.emit('clientError', Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), [...sockets][0]),
    )
    socket.on('data', (data) => resolve(String(data)))
  })
  const sockets = new Set()
  app.server.on('connection', (socket) => sockets.add(socket))
  t.match(await reply, /PARAM_ILLEGAL/)
})

t.test('says that it is not ready, and why', async (t) => {
  const { app } = await makeApp(t, { readiness: () => ({ ready: false, problems: ['the store is away'] }) })
  const reply = await app.inject('/readyz')
  t.equal(reply.statusCode, 503)
  t.same(reply.json(), { status: 'not ready', problems: ['the store is away'] })
})

t.test('any JSON body gets a well-formed result', async (t) => {
  const { app } = await makeApp(t)
  const field = fc.oneof(fc.string(), fc.constantFrom('a', 'b'), fc.integer(), fc.constant(null))
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record({ acquirerId: field, pspId: field, paymentRequestId: field }, { requiredKeys: [] }),
  )
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      const reply = await app.inject({
        method: 'POST',
        url: path,
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify(value),
      })
      const { resultCode } = reply.json().result
      return reply.statusCode === 200 && ['SUCCESS', 'PARAM_ILLEGAL'].includes(resultCode)
    }),
    { numRuns: often(100, 500) },
  )
})

t.test('Response-Time follows the clock, second by second', async (t) => {
  let time = noon
  const { app } = await makeApp(t, { now: () => time })
  const seen: unknown[] = []
  for (const step of [0, 999, 1, 60_000]) {
    time += step
    seen.push((await cancel(app)).headers['response-time'])
  }
  t.strictSame(
    seen.map((text) => String(text).slice(11, 19)),
    ['12:00:00', '12:00:00', '12:00:01', '12:01:01'],
  )
})
