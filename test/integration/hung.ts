import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { type ListeningApp, listen } from '../fixtures/listening-app.js'
import { often } from '../fixtures/often.js'
import { callFor, callOnce, dial } from '../fixtures/wire.js'

const rules = `rules:
  - { name: hang, match: { paymentRequestId: "hang-*" }, reply: { resultCode: SUCCESS, fault: no-reply } }
  - { name: late, match: { paymentRequestId: "late-*" }, reply: { resultCode: SUCCESS, delay: 3600s } }
`

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')

function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** Lets many calls wait, one on each connection, makes some others meanwhile, and hangs up on those that wait. */
async function round(mpp: ListeningApp, kind: string): Promise<string[]> {
  const wires = await Promise.all(Array.from({ length: count }, () => dial(mpp)))
  const decided = mpp.decided(wires.length)
  for (const [n, wire] of wires.entries()) wire.send(callFor(`${kind}-${n}`))
  await decided
  const replies = await Promise.all(Array.from({ length: 100 }, (_, n) => callOnce(mpp, `${kind}ing-${n}`)))
  const early = wires.map(({ received }) => received()).filter((text) => text !== '')
  for (const { socket } of wires) socket.destroy()
  await mpp.idle()
  return [...replies.map(({ body }) => body), ...early]
}

const count = often(500, 2000)

t.test(`${count} calls that wait hold up no other, and leave nothing behind`, async (t) => {
  const mpp = await listen(rules)
  t.teardown(() => mpp.app.close())
  const success = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"Success"}}'
  const expected = Array(100).fill(success)
  t.strictSame(await round(mpp, 'late'), expected, 'only those that are not delayed are answered')
  const before = heapUsed()
  t.strictSame(await round(mpp, 'hang'), expected, 'only those that do not hang are answered')
  const grown = heapUsed() - before
  t.ok(grown < 8_000_000, `the heap has grown by ${grown} bytes`)
  t.equal(await connectionsOf(mpp), 0)
})

function connectionsOf({ app }: ListeningApp): Promise<number> {
  return new Promise((resolve, reject) =>
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
}
