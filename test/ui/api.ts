import { mock } from 'node:test'
import t from 'tap'
import { createMemoryJournal } from '../../src/simulator/journal.js'
import { startControl } from '../fixtures/control.js'

const rules = [
  { name: 'denied', match: { acquirerId: '666' }, reply: 'ACCESS_DENIED' },
  { name: 'retry', match: { paymentRequestId: 'RETRY-*' }, reply: ['UNKNOWN_EXCEPTION', 'SUCCESS'] },
  { name: 'lost', match: { paymentRequestId: 'LOST-*' }, reply: { resultCode: 'SUCCESS', fault: 'malformed-json' } },
  { name: 'late', match: { paymentRequestId: 'LATE-*' }, reply: { resultCode: 'SUCCESS', delay: '1ms' } },
  { name: 'unsigned', match: { paymentRequestId: 'BAD-*' }, reply: { resultCode: 'SUCCESS', signature: 'missing' } },
]

t.test('rules are told with the last call that each took', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  await call('RETRY-1')
  await call('RETRY-2')
  const { body } = await admin('GET', '/__admin/rules?search=RETRY-')
  t.match(body, { total: 5, matching: 1, rules: [{ id: 'file/retry', hits: 2, lastCall: { id: 2, at: /^20\d\d-/ } }] })
  t.match((await admin('GET', '/__admin/rules?search=FILE%2FDENIED')).body.rules, [{ lastCall: null }])
})

t.test('rules can be asked for in part', async (t) => {
  const { admin } = await startControl(t, { rules })
  await admin('POST', '/__admin/rules', { name: 'mine', reply: 'SUCCESS' })
  t.match((await admin('GET', '/__admin/rules?limit=2')).body, { total: 6, matching: 6, rules: { length: 2 } })
  t.match((await admin('GET', '/__admin/rules?runtime=true')).body, { matching: 1, rules: [{ id: 'runtime/mine' }] })
  t.match((await admin('GET', '/__admin/rules?runtime=false&search=nothing')).body, { matching: 0, rules: [] })
  t.equal((await admin('GET', '/__admin/rules?limit=-1')).status, 400)
})

t.test('rules come with the mistakes and warnings of their files', async (t) => {
  const finding = { file: 'a.yaml', line: 3, column: 5, message: 'it is odd' }
  const findings = () => ({ mistakes: [finding], warnings: [{ ...finding, rule: 'a/x' }] })
  const { admin } = await startControl(t, { rules, findings })
  const { mistakes, warnings } = (await admin('GET', '/__admin/rules')).body
  t.same({ mistakes, warnings }, { mistakes: [{ ...finding, rule: null }], warnings: [{ ...finding, rule: 'a/x' }] })
})

t.test('a preview tells which calls of the journal a rule would have taken, and changes nothing', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  await call('RETRY-1', { headers: { 'client-id': 'me' } })
  await call('other', { headers: { 'client-id': 'me' } })
  await call('RETRY-2')
  await call('RETRY-3', { body: { pspId: 20 } })
  const preview = (rule: object) => admin('POST', '/__admin/rules/preview', rule)
  t.same((await preview({ name: 'x', match: { paymentRequestId: 'RETRY-*' }, reply: 'SUCCESS' })).body, {
    calls: 3,
    taken: 2,
    requests: [
      { id: 3, paymentRequestId: 'RETRY-2', rule: 'file/retry' },
      { id: 1, paymentRequestId: 'RETRY-1', rule: 'file/retry' },
    ],
  })
  t.match((await preview({ name: 'x', match: { clientId: 'me' }, reply: 'SUCCESS' })).body, {
    taken: 2,
    requests: [{ id: 2, rule: null }, { id: 1 }],
  })
  t.match((await admin('GET', '/__admin/rules')).body, { total: 5 })
})

t.test('a preview has every mistake, a name that is taken among them', async (t) => {
  const { admin } = await startControl(t, { rules })
  await admin('POST', '/__admin/rules', { name: 'taken', reply: 'SUCCESS' })
  const mistakesOf = async (body: object) => (await admin('POST', '/__admin/rules/preview', body)).body.errors
  t.match(await mistakesOf({ name: 'x', reply: 'SUCESS', mach: {} }), { length: 2 })
  t.match(await mistakesOf({ rules: [{ name: 'taken', reply: 'SUCCESS' }] }), [
    { pointer: '#/rules/0/name', detail: /taken/ },
  ])
})

t.test('one entry of the journal can be read by its id, until it has fallen out', async (t) => {
  const { call, admin } = await startControl(t, { store: { journalMax: 2 } })
  for (const id of ['a', 'b', 'c']) await call(id, { namespace: 'pr-1' })
  t.match(await admin('GET', '/ns/pr-1/__admin/requests/2'), {
    body: { id: 2, paymentRequestId: 'b', namespace: 'pr-1' },
  })
  t.match(await admin('GET', '/ns/pr-1/__admin/requests/1'), {
    status: 404,
    body: { detail: 'the journal has no entry 1' },
  })
  t.equal((await admin('GET', '/__admin/requests/2')).status, 404)
  t.equal((await admin('GET', '/__admin/requests/x')).status, 400)
})

t.test('namespaces are listed by name', async (t) => {
  const { call, admin } = await startControl(t)
  t.same((await admin('GET', '/__admin/namespaces')).body, { total: 0, namespaces: [] })
  await call('1', { namespace: 'b' })
  await call('1', { namespace: 'a' })
  const listed = { total: 2, namespaces: [{ name: 'a' }, { name: 'b' }] }
  t.same((await admin('GET', '/__admin/namespaces')).body, listed)
  t.same((await admin('GET', '/ns/a/__admin/namespaces')).body, listed)
})

t.test('the report counts each code by what became of the answer', async (t) => {
  const { call, admin } = await startControl(t, { rules })
  for (const id of ['RETRY-1', 'RETRY-1', 'LOST-1', 'LATE-1', 'BAD-1', 'plain']) await call(id)
  const { byDelivery } = (await admin('GET', '/__admin/report')).body.coverage
  t.same(byDelivery.SUCCESS, { resultStatus: 'S', plain: 2, delayed: 1, lost: 1, badSignature: 1 })
  t.same(byDelivery.UNKNOWN_EXCEPTION, { resultStatus: 'U', plain: 1, delayed: 0, lost: 0, badSignature: 0 })
  t.equal(Object.keys(byDelivery).length, 13)
})

/** The events of a stream, one after the other. It ends with the server. */
async function* eventsOf(reply: Response) {
  let text = ''
  for await (const chunk of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end)
      text = text.slice(end + 2)
      const [, data] = /^data: (.*)$/m.exec(block) ?? []
      if (data !== undefined) yield JSON.parse(data) as { id?: number; skipped?: number; paymentRequestId?: string }
    }
  }
}

t.test('a stream with a rate sends the newest calls, and counts the others', async (t) => {
  const { url, call } = await startControl(t)
  for (let n = 1; n <= 7; n++) await call(`id-${n}`)
  const follow = async (query: string) => {
    const headers = { 'last-event-id': '0' }
    const events = eventsOf(await fetch(`${url}/__admin/requests/stream?${query}`, { headers }))
    return { next: async () => (await events.next()).value }
  }
  const few = await follow('rate=2')
  t.same(await few.next(), { skipped: 5 })
  t.match([await few.next(), await few.next()], [{ id: 6 }, { id: 7 }])
  await call('later')
  t.match(await few.next(), { id: 8 }, 'as soon as there is room again')

  const one = await follow('rate=10&paymentRequestId=id-3')
  t.match(await one.next(), { id: 3 }, 'of those that pass the filter none is left out')

  const all = await follow('rate=100')
  for (let id = 1; id <= 8; id++) t.match(await all.next(), { id }, 'a short burst comes whole')
  t.equal((await fetch(`${url}/__admin/requests/stream?rate=0`)).status, 400)
})

t.test('a stream with a rate counts what the journal lost, and ends when the journal fails', async (t) => {
  const { url, call, simulator } = await startControl(t, { store: { journalMax: 2 } })
  for (let n = 1; n <= 5; n++) await call(`id-${n}`)
  const headers = { 'last-event-id': '1' }
  const events = eventsOf(await fetch(`${url}/__admin/requests/stream?rate=50&paymentRequestId=id-5`, { headers }))
  t.same((await events.next()).value, { skipped: 2 })
  t.match((await events.next()).value, { id: 5 })

  const main = simulator.namespace('')
  await main.clearRequests()
  const cleared = eventsOf(await fetch(`${url}/__admin/requests/stream?rate=50`, { headers: { 'last-event-id': '3' } }))
  t.same((await cleared.next()).value, { skipped: 2 }, 'what was emptied cannot be shown')

  const journal = createMemoryJournal()
  main.journal = () => ({ ...journal, read: () => Promise.reject(new Error('away')) })
  t.equal((await eventsOf(await fetch(`${url}/__admin/requests/stream?rate=5`)).next()).done, true)
})

t.test('a stream with a rate waits where its reader does not keep up', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const { paceAt } = await import('../../src/http/admin/stream-sample.js')
  const shares: number[] = []
  let sent = 1
  let isBlocked = false
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const pace = paceAt(
    4,
    async (share) => {
      shares.push(share)
      return sent
    },
    { isBlocked: () => isBlocked, onError: () => {} },
  )
  pace.wake()
  pace.wake()
  await settled()
  t.same(shares, [4], 'the first goes at once')
  sent = 0
  pace.wake()
  await settled()
  t.same(shares, [4], 'the next not before its time')
  mock.timers.tick(250)
  await settled()
  t.same(shares, [4, 4])
  mock.timers.tick(250)
  await settled()
  t.same(shares, [4, 4], 'nothing is sent unasked')
  sent = 4
  pace.wake()
  await settled()
  t.same(shares, [4, 4, 4])
  sent = 1
  pace.wake()
  mock.timers.tick(250)
  await settled()
  t.same(shares, [4, 4, 4, 1], 'what is left of the second')
  isBlocked = true
  pace.wake()
  mock.timers.tick(250)
  await settled()
  t.equal(shares.length, 4, 'nothing is sent to a reader that does not keep up')
  isBlocked = false
  mock.timers.tick(250)
  await settled()
  t.equal(shares.length, 5, 'until it has caught up')
  pace.stop()
})
