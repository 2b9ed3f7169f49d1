// The package is an ES module, which Jest loads in a test with `await import`, and only when it is started so:
//
//   NODE_OPTIONS=--experimental-vm-modules npx jest
const post = (address, body) =>
  fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

let mpp

beforeAll(async () => {
  const { startSimulator } = await import('alipayplus-mpp-simulator')
  mpp = await startSimulator({
    rules: [{ name: 'late', match: { paymentRequestId: 'LATE-*' }, reply: 'CANCEL_WINDOW_EXCEED' }],
  })
})

afterAll(() => mpp.close())

test('a payment that is too old to cancel is refused', async () => {
  const payment = { acquirerId: '1022188000000000001', pspId: '1022172000000000001', paymentRequestId: 'LATE-1' }
  const reply = await post(`${mpp.url}/aps/api/v1/payments/cancelPayment`, payment)
  expect((await reply.json()).result.resultCode).toBe('CANCEL_WINDOW_EXCEED')
  expect((await mpp.report()).verdicts).toEqual([])
})
