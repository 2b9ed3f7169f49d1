// A test suite that brings its own simulator. On Node 22.18 or newer, with alipayplus-mpp-simulator installed:
//
//     node --test examples/embedded.test.ts

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { type RunningSimulator, startSimulator } from 'alipayplus-mpp-simulator'
import { cancelPayment, type Payment } from './caller.ts'
import { cancelPaymentWrongly } from './wrong-caller.ts'

const payment = (paymentRequestId: string): Payment => ({
  acquirerId: '1022188000000000001',
  pspId: '1022172000000000001',
  paymentRequestId,
})

let mpp: RunningSimulator

before(async () => {
  mpp = await startSimulator({
    rules: [
      { name: 'too late', match: { paymentRequestId: 'LATE-*' }, reply: 'CANCEL_WINDOW_EXCEED' },
      {
        name: 'unknown, then cancelled but the answer is lost, then told',
        match: { paymentRequestId: 'HARD-*' },
        reply: ['UNKNOWN_EXCEPTION', { resultCode: 'SUCCESS', fault: 'connection-reset' }, 'SUCCESS'],
      },
    ],
  })
})
afterEach(() => mpp.reset())
after(() => mpp.close())

test('a caller with a correct policy asks until it knows, and the report is clean', async () => {
  assert.equal(await cancelPayment(mpp.url, payment('HARD-1')), 'SUCCESS')
  assert.equal(await cancelPayment(mpp.url, payment('LATE-1')), 'CANCEL_WINDOW_EXCEED')
  assert.equal((await mpp.ledger('HARD-1'))?.attempts, 3)
  assert.equal((await mpp.ledger('LATE-1'))?.attempts, 1)
  assert.deepEqual((await mpp.report()).verdicts, [])
})

test('a caller with a wrong policy gets verdicts', async () => {
  await cancelPaymentWrongly(mpp.url, payment('LATE-2'))
  const { verdicts } = await mpp.report()
  assert.deepEqual(
    verdicts.map(({ verdict }) => verdict),
    ['retried-after-final-failure', 'changed-parameters', 'retried-too-fast'],
  )
})

test('a rule for one test alone', async () => {
  await mpp.addRule({ name: 'shut out', match: { acquirerId: '1022188*' }, reply: 'ACCESS_DENIED' })
  const called = mpp.waitForRequest({ paymentRequestId: 'ORDER-1' }, { timeout: 2000 })
  assert.equal(await cancelPayment(mpp.url, payment('ORDER-1')), 'ACCESS_DENIED')
  assert.equal((await called).rule, 'runtime/shut out')
})
