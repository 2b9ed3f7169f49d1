import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { maxStreams } from '../../src/http/admin/stream.js'
import { feedOf } from '../../src/http/admin/stream-feed.js'
import { lookInterval, maxWaiting } from '../../src/http/payments/connection.js'
import { readerPatience } from '../../src/http/pending-replies.js'
import { ResultError } from '../../src/protocol/result.js'
import { startControl } from '../fixtures/control.js'
import { listen } from '../fixtures/listening-app.js'
import { callFor, callOnce, dial, hasReplies, repliesIn } from '../fixtures/wire.js'

const waiting = `rules:
  - { name: hang, match: { paymentRequestId: "hang-*" }, reply: { resultCode: SUCCESS, fault: no-reply } }
  - { name: late, match: { paymentRequestId: "late-*" }, reply: { resultCode: SUCCESS, delay: 100ms } }
`

/** How many calls a chunk of 64 KiB has at most, which Node reads at once. */
const callsInChunk = (65_536 / callFor('hang-1').length) | 0

t.test('of a connection whose calls wait, no more is read than a few hundred', async (t) => {
  const mpp = await listen(waiting)
  t.teardown(() => mpp.app.close())
  const wire = await dial(mpp)
  const began = performance.now()
  wire.send(callFor('hang-1').repeat(5000))
  await mpp.decided(maxWaiting)
  t.match((await callOnce(mpp, 'other')).body, '"SUCCESS"', 'other connections are served')
  // Now and then a chunk more is read, to hear whether the caller has left.
  const looks = Math.floor((performance.now() - began) / lookInterval)
  t.ok(mpp.logged.length < maxWaiting + (3 + looks) * callsInChunk, `${mpp.logged.length} calls were read`)
  wire.socket.destroy()
  await mpp.idle()
})

t.test('a connection is cut whose caller sends thousands of calls and reads no answer', async (t) => {
  const mpp = await listen(waiting)
  t.teardown(() => mpp.app.close())
  const wire = await dial(mpp)
  wire.end.catch(() => {})
  wire.socket.on('error', () => {})
  wire.send(callFor('hang-1').repeat(8000))
  await mpp.idle()
  t.ok(mpp.logged.length <= 8 * maxWaiting + 2 * callsInChunk, `${mpp.logged.length} calls were read`)
})

t.test('calls that a connection sends while others wait are all answered, in their order', async (t) => {
  const mpp = await listen(waiting)
  t.teardown(() => mpp.app.close())
  const wire = await dial(mpp)
  const calls = 4 * maxWaiting
  for (let n = 0; n < calls; n++) wire.send(callFor(`late-${n}`))
  await wire.until(hasReplies(calls))
  const attempts = repliesIn(wire.received()).map(({ headers }) => headers['x-sim-attempt'])
  t.strictSame(attempts, Array(calls).fill('1'))
  wire.socket.destroy()
})

t.test('however many calls wait on a connection, it has one listener for its end', async (t) => {
  const mpp = await listen(waiting)
  t.teardown(() => mpp.app.close())
  const accepted = once(mpp.app.server, 'connection')
  const wire = await dial(mpp)
  const [socket] = await accepted
  await callOnce(mpp, 'plain')
  const before = socket.listenerCount('close')
  wire.send(callFor('hang-1').repeat(100))
  await mpp.decided(100)
  t.ok(socket.listenerCount('close') < before + 5, `${socket.listenerCount('close')} listeners, ${before} before`)
  wire.socket.destroy()
})

t.test('readers that do not read get a problem document once too much waits for them', async (t) => {
  const { url, call } = await startControl(t)
  // Each byte of these refused bodies takes six in JSON.
  const refused = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '\u0001'.repeat(65_000) }
  for (let n = 0; n < 80; n++) await fetch(`${url}/v1/payments/cancelPayment`, refused)
  const { port } = new URL(url)
  const stalled: Socket[] = []
  /** Asks, and reads no more than the first bytes of the reply. */
  const stall = async () => {
    const socket = connect(Number(port), '127.0.0.1')
    stalled.push(socket)
    socket.write('GET /__admin/requests HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const [head] = await once(socket, 'data')
    socket.pause()
    return String(head)
  }
  while ((await stall()).startsWith('HTTP/1.1 200 '));
  let reply = await fetch(`${url}/__admin/requests`)
  t.equal(reply.status, 503)
  t.equal(reply.headers.get('content-type'), 'application/problem+json')
  t.match(await reply.json(), { status: 503, detail: /too many large replies wait to be read/ })
  t.equal((await call('other')).status, 200, 'calls are served')
  for (const socket of stalled) socket.destroy()
  while (reply.status !== 200) reply = await fetch(`${url}/__admin/requests`)
  t.equal(reply.status, 200, 'what they held is let go')
})

t.test('a reader that takes nothing of a large reply for half a minute is cut', async (t) => {
  const { app, url, call } = await startControl(t)
  for (let n = 0; n < 150; n++) await call('id', { body: { more: 'x'.repeat(50_000) } })
  const accepted = once(app.server, 'connection')
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.pause().write('GET /__admin/requests HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [server] = await accepted
  while (server.timeout !== readerPatience) await new Promise((resolve) => setImmediate(resolve))
  // As Node does when the time is over and nothing was written.
  server.emit('timeout')
  t.equal(server.destroyed, true)
  socket.destroy()
})

t.test('a body with any number of mistakes is answered with the first hundred', async (t) => {
  const { admin } = await startControl(t)
  const rules = Array.from({ length: 100_000 }, () => ({}))
  const { status, body } = await admin('POST', '/__admin/rules', { rules })
  t.equal(status, 400)
  t.equal(body.detail, 'the body has more than 100 mistakes')
  t.equal(body.errors.length, 101)
  t.match(body.errors.at(-1), { detail: 'there are more mistakes; these are the first 100', pointer: '#' })
})

t.test('a rule with any number of mistakes tells some of them, and a very large one the first', async (t) => {
  const { admin } = await startControl(t)
  const many = await admin('POST', '/__admin/rules', { name: 'a', reply: Array(400).fill({}) })
  t.match(many, { status: 400, body: { detail: 'the body has more than 100 mistakes' } })
  const large = await admin('POST', '/__admin/rules', { name: 'a', reply: Array(900).fill({ a: 1, b: 2, c: 3 }) })
  t.match(large, { status: 400, body: { detail: /^the body has [1-9] mistakes?$/ } })
})

t.test('lists in rules have bounds, which the error tells', async (t) => {
  const { admin } = await startControl(t)
  const list = await admin('POST', '/__admin/rules', {
    name: 'a',
    match: { pspId: Array(10_001).fill('p') },
    reply: 'SUCCESS',
  })
  t.match(list.body.errors, [{ pointer: '#/match/pspId', detail: /a list of 1 to 10,000 patterns/ }])
  const steps = await admin('POST', '/__admin/rules', { name: 'a', reply: Array(1001).fill('SUCCESS') })
  t.match(steps.body.errors, [{ pointer: '#/reply', detail: /a list of 1 to 1,000 steps/ }])
})

t.test('the size of a regular expression has a bound, which is told without compiling it', async (t) => {
  const { admin } = await startControl(t)
  const add = async (text: string) =>
    (await admin('POST', '/__admin/rules', { name: 'a', match: { pspId: text }, reply: 'SUCCESS' })).body.errors
  const nested = '/(((a{0,1000}){0,1000}){0,1000}){0,1000}/'
  t.match(await add(nested), [
    { pointer: '#/match/pspId', detail: /is too large: it takes \d+ instructions, and 1000 are/ },
  ])
  t.match(await add(`/${'(a{0,1000})'.repeat(80)}/`), [{ detail: /too large/ }])
})

t.test('the runtime rules of a namespace are bounded in number, bytes and regular expressions', async (t) => {
  const { admin } = await startControl(t)
  const large = (name: string) => ({
    name,
    match: { pspId: Array.from({ length: 10_000 }, (_, n) => `${n}`) },
    reply: 'SUCCESS',
  })
  let added = 0
  let reply = await admin('POST', '/__admin/rules', large('0'))
  while (reply.status === 201) reply = await admin('POST', '/__admin/rules', large(String(++added)))
  t.ok(added > 5 && added < 20, `${added} were taken`)
  t.match(reply, { status: 400, body: { errors: [{ detail: /may take 32 MiB; these would take \d\d$/ }] } })
  await admin('DELETE', '/__admin/rules')
  const costly = Array.from({ length: 101 }, (_, n) => ({
    name: `${n}`,
    match: { pspId: '/(a){250}/' },
    reply: 'SUCCESS',
  }))
  t.match(await admin('POST', '/__admin/rules', { rules: costly }), {
    status: 400,
    body: { errors: [{ detail: /may take 100000 instructions; these would take 1\d{5}/ }] },
  })
  t.match(await admin('POST', '/__admin/rules/preview', { rules: costly }), {
    status: 400,
    body: { errors: [{ detail: /may take 100000 instructions; these would take 1\d{5}/ }] },
  })
})

t.test('runtime rules count as what a namespace holds, so that the least recently used one leaves', async (t) => {
  const { admin, simulator } = await startControl(t, { store: { namespaceBytes: 5_000_000 } })
  const rule = { name: 'a', match: { pspId: Array.from({ length: 10_000 }, (_, n) => `${n}`) }, reply: 'SUCCESS' }
  for (const name of ['one', 'two', 'three']) await admin('POST', `/ns/${name}/__admin/rules`, rule)
  t.match(await simulator.size(), { namespaces: 1 })
  t.match((await admin('GET', '/ns/three/__admin/rules')).body, { total: 1 })
  t.match((await admin('GET', '/ns/one/__admin/rules')).body, { total: 0 })
})

t.test('a value over 1,024 characters matches no pattern but a negated one', async (t) => {
  const rules = [
    { name: 'glob', match: { clientId: 'a*' }, reply: 'PROCESS_FAIL' },
    { name: 'regex', match: { clientId: '/a/' }, reply: 'PROCESS_FAIL' },
    { name: 'not', match: { clientId: { not: 'a*' } }, reply: 'ACCESS_DENIED' },
  ]
  const { call } = await startControl(t, { rules })
  const codeFor = async (length: number) =>
    (await call(`id ${length}`, { headers: { 'client-id': 'a'.repeat(length) } })).headers.get('x-sim-rule')
  t.equal(await codeFor(1024), 'file/glob')
  t.equal(await codeFor(1025), 'file/not')
})

t.test('streams beyond the bound get a problem document, until one ends', async (t) => {
  const { url } = await startControl(t)
  const ends: AbortController[] = []
  const open = async () => {
    const end = new AbortController()
    const reply = await fetch(`${url}/__admin/requests/stream`, { signal: end.signal })
    if (reply.status === 200) ends.push(end)
    return reply
  }
  for (let n = 0; n < maxStreams; n++) t.equal((await open()).status, 200)
  const refused = await open()
  t.match(await refused.json(), { status: 503, detail: /256 streams are the most/ })
  ends.pop()?.abort()
  while ((await open()).status !== 200);
  t.pass('the place is free again')
  for (const end of ends) end.abort()
})

t.test('readers with one filter are sent the same bytes, made once for all of them', async (t) => {
  const { call, simulator } = await startControl(t)
  for (let n = 0; n < 300; n++) await call(`id-${n}`)
  const feed = feedOf(simulator.journal(), '')
  const [one, two, other] = [feed.batch(0, {}), feed.batch(0, {}), feed.batch(0, { paymentRequestId: 'id-7' })]
  t.equal(await one, await two)
  t.ok((await one).bytes.length <= 64 * 1024 && (await one).cursor < 300, 'no more than a batch')
  t.match(String((await other).bytes), /^id: 8\ndata: .*\n\n$/)
})

t.test('no more batches are kept than some', async (t) => {
  const { call, simulator } = await startControl(t)
  await call('id')
  const feed = feedOf(simulator.journal(), '')
  const first = feed.batch(0, {})
  for (let n = 0; n < 100; n++) await feed.batch(0, { paymentRequestId: `id-${n}` })
  t.not(feed.batch(0, {}), first)
})

t.test('requests that no route takes make no namespace, and are in the journal of one that is there', async (t) => {
  const { url, call, admin, simulator } = await startControl(t)
  await call('id', { namespace: 'known' })
  for (let n = 0; n < 20; n++) await fetch(`${url}/ns/stray-${n}/anything`)
  t.match(await simulator.size(), { namespaces: 1 })
  t.match((await admin('GET', '/__admin/requests')).body, { total: 20 })
  await fetch(`${url}/ns/known/anything`)
  t.match((await admin('GET', '/ns/known/__admin/requests')).body, { total: 2 })
})

t.test('while the store is away, requests that no route takes are those of the main namespace', async (t) => {
  const { url, admin, simulator } = await startControl(t)
  simulator.namespaces = async () => {
    throw new ResultError('UNKNOWN_EXCEPTION', { reason: 'the store is away' })
  }
  await fetch(`${url}/ns/known/anything`)
  t.match((await admin('GET', '/__admin/requests')).body, { total: 1 })
})

t.test('a body of the control API is nested a hundred levels at most', async (t) => {
  const { url } = await startControl(t)
  const post = async (path: string, body: string) => {
    const reply = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return { status: reply.status, body: await reply.json() }
  }
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  const refused = { status: 400, body: { detail: 'the body is nested deeper than 100 levels' } }
  for (const path of ['/__admin/rules', '/__admin/rules/preview', '/__admin/explain', '/__admin/reset']) {
    t.match(await post(path, nested(100_000)), refused, path)
    t.match(await post(path, `{"name":${nested(100_000)}}`), refused, path)
  }
  t.match(await post('/__admin/rules', `{"name":"a","reply":${nested(50)}}`), {
    status: 400,
    body: { errors: [{ pointer: /^#\/reply/ }] },
  })
})
