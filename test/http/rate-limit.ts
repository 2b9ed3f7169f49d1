import t, { type Test } from 'tap'
import { createCallCounts, maxClients } from '../../src/http/payments/call-counts.js'
import { listen } from '../fixtures/listening-app.js'

const rules = 'rules: [{ name: all, reply: SUCCESS }]'
const url = '/v1/payments/cancelPayment'
const limit = { calls: 2, seconds: 3600 }

type Sent = { clientId?: string; address?: string; contentType?: string; method?: 'GET' | 'POST' }

async function start(t: Test) {
  const { app } = await listen(rules, { rateLimit: limit })
  t.teardown(() => app.close())
  return async ({ clientId, address = '192.0.2.1', contentType = 'application/json', method = 'POST' }: Sent) => {
    const headers = { 'content-type': contentType, ...(clientId === undefined ? {} : { 'client-id': clientId }) }
    const payload = { acquirerId: '1', pspId: '2', paymentRequestId: `${clientId}` }
    const sent = method === 'POST' ? { headers, payload } : {}
    const reply = await app.inject({ method, url, remoteAddress: address, ...sent })
    return { code: reply.json().result.resultCode, headers: reply.headers }
  }
}

t.test('a client that calls too often is told the limit and when to come back', async (t) => {
  const call = await start(t)
  t.equal((await call({ clientId: 'A' })).code, 'SUCCESS')
  t.equal((await call({ clientId: 'A' })).code, 'SUCCESS')
  const { code, headers } = await call({ clientId: 'A' })
  t.equal(code, 'REQUEST_TRAFFIC_EXCEED_LIMIT')
  t.match(headers['x-sim-reason'], /^the limit is 2 in 3600 s for the Client-Id A; come back in \d+ ms$/)
  t.notOk(headers['x-sim-attempt'], 'no attempt is counted')
})

t.test('each Client-Id has a limit of its own, wherever it calls from', async (t) => {
  const call = await start(t)
  for (const address of ['192.0.2.1', '192.0.2.2']) t.equal((await call({ clientId: 'A', address })).code, 'SUCCESS')
  t.equal((await call({ clientId: 'A', address: '192.0.2.3' })).code, 'REQUEST_TRAFFIC_EXCEED_LIMIT')
  t.equal((await call({ clientId: 'B' })).code, 'SUCCESS')
})

t.test('a client without an id is known by its address', async (t) => {
  const call = await start(t)
  await call({})
  await call({})
  const { code, headers } = await call({})
  t.equal(code, 'REQUEST_TRAFFIC_EXCEED_LIMIT')
  t.match(headers['x-sim-reason'], 'address 192.0.2.1')
  t.equal((await call({ address: '192.0.2.2' })).code, 'SUCCESS')
})

t.test('a wrong method or media type is told before the limit, and does not count', async (t) => {
  const call = await start(t)
  for (let count = 0; count < 3; count++) {
    t.equal((await call({ contentType: 'text/plain' })).code, 'MEDIA_TYPE_NOT_ACCEPTABLE')
    t.equal((await call({ method: 'GET' })).code, 'METHOD_NOT_SUPPORTED')
  }
  t.equal((await call({})).code, 'SUCCESS')
})

t.test('without a limit clients call as often as they like', async (t) => {
  const { app } = await listen(rules)
  t.teardown(() => app.close())
  const payload = { acquirerId: '1', pspId: '2', paymentRequestId: '3' }
  for (let count = 0; count < 5; count++)
    t.equal((await app.inject({ method: 'POST', url, payload })).json().result.resultCode, 'SUCCESS')
})

t.test('a window ends by itself, and the next call starts another one', async (t) => {
  let now = 0
  const count = createCallCounts(1000, () => now)
  t.same(await count('A'), { consumedPoints: 1, msBeforeNext: 1000 })
  now = 999
  t.same(await count('A'), { consumedPoints: 2, msBeforeNext: 1 })
  now = 1000
  t.same(await count('A'), { consumedPoints: 1, msBeforeNext: 1000 })
})

t.test('long names are told apart, but not kept', async (t) => {
  const count = createCallCounts(1000, () => 0)
  const long = 'x'.repeat(16_000)
  t.match(await count(`${long}1`), { consumedPoints: 1 })
  t.match(await count(`${long}2`), { consumedPoints: 1 })
  t.match(await count(`${long}1`), { consumedPoints: 2 })
})

t.test('no more clients are counted than some: those that came first start anew', async (t) => {
  const count = createCallCounts(1000, () => 0)
  for (let n = 0; n <= maxClients; n++) await count(`client ${n}`)
  t.match(await count('client 1'), { consumedPoints: 2 })
  t.match(await count('client 0'), { consumedPoints: 1 })
  t.match(await count(`client ${maxClients}`), { consumedPoints: 2 })
})
