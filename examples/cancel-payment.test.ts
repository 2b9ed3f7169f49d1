// A test of a caller against a running simulator. Start one with `mpp-sim`, then, on Node 22.18 or newer:
//
//     node --test examples/cancel-payment.test.ts
//
// Without MPP_SIM_URL, each run takes a namespace of its own, so that any number of them can share one simulator.

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { cancelPayment, type Payment } from './caller.ts'

const mpp = process.env.MPP_SIM_URL ?? `http://127.0.0.1:8080/ns/example-${process.pid}-${Date.now()}`

const payment = (paymentRequestId: string): Payment => ({
  acquirerId: '1022188000000000001',
  pspId: '1022172000000000001',
  paymentRequestId,
})

async function control(method: string, path: string, body?: object) {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(`${mpp}/__admin${path}`, { method, ...(body && { headers, body: JSON.stringify(body) }) })
  const text = await reply.text()
  assert.ok(reply.ok, text)
  return text === '' ? undefined : JSON.parse(text)
}

before(async () => {
  await control('POST', '/reset')
  await control('POST', '/rules', {
    rules: [
      { name: 'too late', match: { paymentRequestId: 'LATE-*' }, reply: 'CANCEL_WINDOW_EXCEED' },
      {
        name: 'unknown twice, then done',
        match: { paymentRequestId: 'TWICE-*' },
        reply: [{ resultCode: 'UNKNOWN_EXCEPTION', times: 2 }, 'SUCCESS'],
      },
      {
        name: 'cancelled, but the answer is lost behind a gateway',
        match: { paymentRequestId: 'GATEWAY-*' },
        reply: [{ resultCode: 'SUCCESS', httpStatus: 504 }, 'SUCCESS'],
      },
    ],
  })
})

test('a cancelled payment is cancelled', async () => {
  assert.equal(await cancelPayment(mpp, payment('ORDER-1')), 'SUCCESS')
})

test('after UNKNOWN_EXCEPTION the caller asks again, until it knows', async () => {
  assert.equal(await cancelPayment(mpp, payment('TWICE-1')), 'SUCCESS')
  const { requests } = await control('GET', '/requests?paymentRequestId=TWICE-1')
  const codes = requests.map(({ result }: { result: { resultCode: string } }) => result.resultCode)
  assert.deepEqual(codes, ['UNKNOWN_EXCEPTION', 'UNKNOWN_EXCEPTION', 'SUCCESS'])
})

test('after an answer that was lost the caller asks again, and hears that the payment is cancelled', async () => {
  assert.equal(await cancelPayment(mpp, payment('GATEWAY-1')), 'SUCCESS')
  const { attempts } = await control('GET', '/ledger/GATEWAY-1')
  assert.equal(attempts, 2)
})

test('after a final failure the caller does not ask again', async () => {
  assert.equal(await cancelPayment(mpp, payment('LATE-1')), 'CANCEL_WINDOW_EXCEED')
  const { attempts, final } = await control('GET', '/ledger/LATE-1')
  assert.equal(attempts, 1)
  assert.equal(final.resultStatus, 'F')
})

test('where nobody answers, the caller knows nothing', async () => {
  assert.equal(
    await cancelPayment('http://127.0.0.1:1', payment('ORDER-2'), { tries: 2, pause: 1 }),
    'UNKNOWN_EXCEPTION',
  )
})

test('the simulator has nothing to say against the caller', async () => {
  const { verdicts } = await control('GET', '/report')
  assert.deepEqual(verdicts, [])
})
