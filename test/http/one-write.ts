import t from 'tap'
import { listen } from '../fixtures/listening-app.js'
import { callFor, dial, hasReplies } from '../fixtures/wire.js'

const rules = `rules:
  - { name: at once, match: { paymentRequestId: "same-1" }, reply: { resultCode: PROCESS_FAIL } }
  - { name: by node, match: { paymentRequestId: "other-1" }, reply: { resultCode: PROCESS_FAIL, httpStatus: 201 } }
  - { name: chinese, match: { paymentRequestId: "text-*" }, reply: { resultCode: PROCESS_FAIL, resultMessage: "交易失败" } }
`

t.test('a plain reply has the bytes that Node would send', async (t) => {
  const mpp = await listen(rules)
  t.teardown(() => mpp.app.close())
  const bytesFor = async (paymentRequestId: string, headers?: Readonly<Record<string, string>>) => {
    const wire = await dial(mpp)
    wire.send(callFor(paymentRequestId, headers))
    await wire.until((received) => received.endsWith('}}'))
    wire.socket.destroy()
    // Two calls may come in two seconds.
    return wire.received().replace(/\d\d:\d\d:\d\d/g, 'hh:mm:ss')
  }
  for (const headers of [{}, { 'Client-Id': 'client' }, { Expect: '100-continue' }, { Connection: 'close' }]) {
    const expected = (await bytesFor('other-1', headers)).replace('201 Created', '200 OK').replace('by node', 'at once')
    t.equal(
      (await bytesFor('same-1', headers)).replace(/\r\n/g, '\n'),
      expected.replace(/\r\n/g, '\n'),
      JSON.stringify(headers),
    )
  }
  t.match(await bytesFor('text-1'), /\r\n\r\n.*"交易失败"/)
})

t.test('replies to calls that were sent together come whole and in their order', async (t) => {
  const mpp = await listen(rules)
  t.teardown(() => mpp.app.close())
  const wire = await dial(mpp)
  const count = 500
  wire.send(callFor('same-1').repeat(count))
  await wire.until(hasReplies(count))
  const attempts = [...wire.received().matchAll(/x-sim-attempt: (\d+)/g)].map(([, attempt]) => Number(attempt))
  t.same(
    attempts,
    Array.from({ length: count }, (_, index) => index + 1),
  )
  wire.socket.destroy()
})
