// A test suite that brings its own simulator, for vitest:
//
//     npx vitest run examples/embedded.vitest.test.ts

import { type RunningSimulator, startSimulator } from 'alipayplus-mpp-simulator'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { cancelPayment } from './caller.ts'

const ids = { acquirerId: '1022188000000000001', pspId: '1022172000000000001' }

let mpp: RunningSimulator

beforeAll(async () => {
  mpp = await startSimulator()
})
afterEach(() => mpp.reset())
afterAll(() => mpp.close())

test('after UNKNOWN_EXCEPTION the caller asks again, until it knows', async () => {
  await mpp.addRule({ name: 'twice', reply: [{ resultCode: 'UNKNOWN_EXCEPTION', times: 2 }, 'SUCCESS'] })
  expect(await cancelPayment(mpp.url, { ...ids, paymentRequestId: 'T1' })).toBe('SUCCESS')
  expect(await mpp.requests({ paymentRequestId: 'T1' })).toHaveLength(3)
  expect((await mpp.report()).verdicts).toEqual([])
})

test.each(['ACCESS_DENIED', 'CANCEL_WINDOW_EXCEED', 'PROCESS_FAIL'] as const)('%s is final', async (resultCode) => {
  await mpp.addRule({ name: 'final', reply: resultCode })
  expect(await cancelPayment(mpp.url, { ...ids, paymentRequestId: 'F1' })).toBe(resultCode)
  expect(await mpp.ledger('F1')).toMatchObject({ attempts: 1, final: { resultCode } })
})
