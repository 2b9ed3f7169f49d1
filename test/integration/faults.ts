import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { type ListeningApp, listen } from '../fixtures/listening-app.js'
import { tlsPair } from '../fixtures/tls.js'
import { callFor, callOnce, dial, hasReplies, repliesIn } from '../fixtures/wire.js'

const faults = [
  'connection-reset',
  'empty-reply',
  'no-reply',
  'malformed-json',
  'missing-status',
  'truncated-body',
  'slow-body',
] as const

/** For each fault two rules: `answer-<fault>-*` is cancelled and then damaged, `request-<fault>-*` is lost. */
const faultRules = faults
  .map((fault) => {
    const delay = fault === 'slow-body' || fault === 'empty-reply' ? ', delay: 60ms' : ''
    return `
  - name: answer ${fault}
    match: { paymentRequestId: "answer-${fault}-*" }
    reply: [{ resultCode: CANCEL_WINDOW_EXCEED, fault: ${fault}${delay} }, SUCCESS]
  - name: request ${fault}
    match: { paymentRequestId: "request-${fault}-*" }
    reply: [{ fault: ${fault}${delay} }, SUCCESS]`
  })
  .join('')

const rules = `rules: ${faultRules}
  - { name: soon, match: { paymentRequestId: "soon-*" }, reply: { resultCode: SUCCESS, delay: 40ms..60ms } }
  - { name: late, match: { paymentRequestId: "late-*" }, reply: [{ resultCode: PROCESS_FAIL, delay: 1800s }, SUCCESS] }
  - { name: one piece, match: { paymentRequestId: "short-*" }, reply: { resultCode: SUCCESS, fault: slow-body, delay: 0ms } }
  - { name: usual, match: { paymentRequestId: "usual-*" }, reply: { resultCode: SUCCESS, fault: slow-body } }
  - { name: gateway, match: { paymentRequestId: "gateway-*" }, reply: { resultCode: SUCCESS, httpStatus: 502 } }
  - { name: no content, match: { paymentRequestId: "silent-*" }, reply: { resultCode: SUCCESS, httpStatus: 204 } }
  - name: gateway, cut
    match: { paymentRequestId: "cut-*" }
    reply: { resultCode: SUCCESS, httpStatus: 502, fault: truncated-body }
  - name: malformed forever
    match: { paymentRequestId: "malformed-*" }
    reply: { resultCode: SUCCESS, fault: malformed-json }
  - name: settled before
    match: { paymentRequestId: "settled-*" }
    reply: [PROCESS_FAIL, { fault: slow-body, delay: 20ms }, { fault: malformed-json }]
`

const success = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"Success"}}'
const exceeded =
  '{"result":{"resultCode":"CANCEL_WINDOW_EXCEED","resultStatus":"F","resultMessage":"Exceed Cancel window."}}'
const unknown =
  '{"result":{"resultCode":"UNKNOWN_EXCEPTION","resultStatus":"U",' +
  '"resultMessage":"An API call failed, which is caused by unknown reasons."}}'

for (const https of [undefined, tlsPair('server')])
  t.test(https === undefined ? 'without TLS' : 'with TLS', async (t) => {
    const mpp = await listen(rules, { https })
    t.teardown(() => mpp.app.close())

    t.test('connection-reset cuts by RST, without a byte', async (t) => {
      const wire = await dial(mpp)
      // With the first reply come the session tickets of TLS. Node takes a reset that comes together with them for an end.
      wire.send(callFor('plain'))
      await wire.until(hasReplies(1))
      const before = wire.received()
      wire.send(callFor('answer-connection-reset-1'))
      t.equal(await wire.end, 'reset')
      t.equal(wire.received(), before)
    })

    t.test('empty-reply closes in good order, without a byte', async (t) => {
      const wire = await dial(mpp)
      wire.send(callFor('answer-empty-reply-1'))
      t.equal(await wire.end, 'closed')
      t.equal(wire.received(), '')
    })

    t.test('no-reply holds the connection until the client leaves, then lets go of it', async (t) => {
      const wire = await dial(mpp)
      wire.send(callFor('answer-no-reply-1'))
      await mpp.decided()
      await callOnce(mpp, 'plain-1')
      t.equal(wire.received(), '')
      wire.socket.destroy()
      await mpp.idle()
    })

    t.test('malformed-json is a whole reply whose body does not parse', async (t) => {
      const { status, headers, body, isWhole } = await callOnce(mpp, 'answer-malformed-json-1')
      t.ok(isWhole)
      t.equal(status, 200)
      t.equal(headers['content-type'], 'application/json; charset=UTF-8')
      t.throws(() => JSON.parse(body))
    })

    t.test('malformed-json stays malformed when the result is replayed', async (t) => {
      for (const replayed of ['false', 'true']) {
        const { headers, body } = await callOnce(mpp, 'malformed-1')
        t.equal(headers['x-sim-replayed'], replayed)
        t.throws(() => JSON.parse(body))
      }
    })

    t.test('missing-status is a whole reply whose result says neither S, F nor U', async (t) => {
      const { status, body, isWhole } = await callOnce(mpp, 'answer-missing-status-1')
      t.ok(isWhole)
      t.equal(status, 200)
      t.same(JSON.parse(body), {
        result: { resultCode: 'CANCEL_WINDOW_EXCEED', resultMessage: 'Exceed Cancel window.' },
      })
      const later = await callOnce(mpp, 'answer-missing-status-1')
      t.equal(later.body, exceeded, 'the payment has its final result all the same')
    })

    t.test('truncated-body promises more than it sends, then closes', async (t) => {
      const wire = await dial(mpp)
      wire.send(callFor('answer-truncated-body-1'))
      t.equal(await wire.end, 'closed')
      const [reply] = repliesIn(wire.received())
      t.match(reply, { status: 200, isWhole: false, headers: { 'content-length': `${exceeded.length}` } })
      t.equal(reply?.body, exceeded.slice(0, exceeded.length / 2))
    })

    t.test('slow-body sends a good reply piece by piece, and the connection stays usable', async (t) => {
      const wire = await dial(mpp)
      let pieces = 0
      wire.socket.on('data', () => pieces++)
      wire.send(callFor('answer-slow-body-1', { 'Client-Id': 'A' }))
      await wire.until(hasReplies(1))
      t.ok(pieces > 2, `${pieces} pieces`)
      wire.send(callFor('answer-slow-body-1', { 'Client-Id': 'A' }))
      await wire.until(hasReplies(2))
      const [slow, plain] = repliesIn(wire.received())
      t.match(slow, { body: exceeded, headers: { 'x-sim-attempt': '1', 'client-id': 'A', 'x-sim-replayed': 'false' } })
      t.match(plain, { body: exceeded, headers: { 'x-sim-attempt': '2', 'client-id': 'A', 'x-sim-replayed': 'true' } })
      wire.socket.destroy()
    })

    t.test('slow-body without time to spare comes in one piece', async (t) => {
      t.equal((await callOnce(mpp, 'short-1')).body, success)
    })

    t.test('a client that leaves a slow body is let go of', async () => {
      const wire = await dial(mpp)
      wire.send(callFor('usual-1'))
      await wire.until((text) => text.includes('\r\n\r\n{'))
      wire.socket.destroy()
      await mpp.idle()
    })

    t.test('slow-body takes 5 s unless its step says otherwise', async (t) => {
      t.match(
        mpp.logged.find(({ rule }) => rule === 'test/usual'),
        { delayMs: 5000, fault: 'slow-body' },
      )
    })

    t.test('httpStatus keeps the envelope, also of a body that is cut', async (t) => {
      t.match(await callOnce(mpp, 'gateway-1'), { status: 502, body: success })
      const wire = await dial(mpp)
      wire.send(callFor('cut-1'))
      await wire.end
      t.match(repliesIn(wire.received()), [{ status: 502, isWhole: false }])
    })

    t.test('a reply of status 204 has no content, and the connection goes on after it', async (t) => {
      const wire = await dial(mpp)
      wire.send(callFor('silent-1') + callFor('plain-3', { Connection: 'close' }))
      await wire.end
      const [head = '', rest = ''] = wire.received().split(/(?<=\r\n\r\n)/)
      t.match(head, /^HTTP\/1.1 204 .*x-sim-rule: test\/no content/s)
      t.notMatch(head, /content-length|transfer-encoding/i)
      t.match(rest, 'HTTP/1.1 200')
    })

    t.test('a call that is too large to be read is the last one on its connection', async (t) => {
      const wire = await dial(mpp)
      wire.send(callFor('x'.repeat(70_000)))
      t.equal(await wire.end, 'closed')
      t.match(repliesIn(wire.received()), [{ headers: { connection: 'close' }, body: /PARAM_ILLEGAL/, isWhole: true }])
    })

    for (const fault of faults) await ledgerAfter(t, mpp, fault)

    t.test('a lost request whose body still shows gives the remembered result, or an unknown one', async (t) => {
      t.equal((await callOnce(mpp, 'request-slow-body-2')).body, unknown)
      const bodies = []
      for (let attempt = 1; attempt <= 3; attempt++) bodies.push((await callOnce(mpp, 'settled-1')).body)
      const [first = '', second, third] = bodies
      t.match(first, 'PROCESS_FAIL')
      t.equal(second, first)
      t.equal(third, first.slice(0, -1))
    })

    t.test('on a kept connection the reply before a reset comes whole', async (t) => {
      const wire = await dial(mpp)
      wire.send(callFor('plain-2'))
      await wire.until(hasReplies(1))
      wire.send(callFor('answer-connection-reset-2'))
      t.equal(await wire.end, 'reset')
      t.match(repliesIn(wire.received()), [{ body: success, isWhole: true }])
    })

    for (const fault of ['connection-reset', 'empty-reply', 'truncated-body'] as const)
      t.test(`of pipelined calls, those before ${fault} are answered whole, those behind it not at all`, async (t) => {
        const wire = await dial(mpp)
        wire.send(callFor('soon-1') + callFor('short-2') + callFor(`answer-${fault}-3`) + callFor(`behind-${fault}`))
        // Not how it ends: Node takes a reset that comes together with data for an end.
        await wire.end
        const [first, second, ...others] = repliesIn(wire.received())
        t.match(first, { body: success, isWhole: true, headers: { 'x-sim-rule': 'test/soon' } })
        t.match(second, { body: success, isWhole: true, headers: { 'x-sim-rule': 'test/one piece' } })
        t.strictSame(
          others.map(({ isWhole }) => isWhole),
          fault === 'truncated-body' ? [false] : [],
        )
        t.match((await callOnce(mpp, `behind-${fault}`)).headers, { 'x-sim-attempt': '2', 'x-sim-replayed': 'true' })
      })

    t.test('pipelined calls are answered in order, whatever each of them waits for', async (t) => {
      const warnings: Error[] = []
      const onWarning = (warning: Error) => warnings.push(warning)
      process.on('warning', onWarning)
      const wire = await dial(mpp)
      const ids = Array.from({ length: 24 }, (_, n) => `${['soon', 'short', 'plain', 'malformed'][n % 4]}-p${n}`)
      wire.send(ids.map((id) => callFor(id, { 'Client-Id': id })).join(''))
      await wire.until(hasReplies(ids.length))
      t.strictSame(
        repliesIn(wire.received()).map(({ headers }) => headers['client-id']),
        ids,
      )
      wire.socket.destroy()
      process.off('warning', onWarning)
      t.strictSame(warnings, [])
    })

    t.test('what is not HTTP is answered after the calls before it, never in their place', async (t) => {
      const wire = await dial(mpp)
      wire.send(`${callFor('soon-5')}${callFor('plain-5')}GARBAGE\r\n\r\n`)
      await wire.until(hasReplies(3))
      const codes = repliesIn(wire.received()).map(({ body }) => JSON.parse(body).result.resultCode)
      t.strictSame(codes, ['SUCCESS', 'SUCCESS', 'METHOD_NOT_SUPPORTED'])
      t.equal(await wire.end, 'closed')
    })

    t.test('a body that is not HTTP is answered at once', async (t) => {
      const wire = await dial(mpp)
      wire.send(
        'POST /v1/payments/cancelPayment HTTP/1.1\r\nHost: mpp\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n',
      )
      await wire.until(hasReplies(1))
      t.match(repliesIn(wire.received()), [{ body: /PARAM_ILLEGAL/, headers: { 'x-sim-reason': /is not HTTP/ } }])
    })

    t.test('a client may leave while a fault waits for the replies before it', async () => {
      const wire = await dial(mpp)
      wire.send(callFor('answer-no-reply-4') + callFor('answer-connection-reset-4'))
      await mpp.decided(2)
      wire.socket.destroy()
      await mpp.idle()
    })

    t.test('a client that leaves during a delay loses only the answer', async (t) => {
      const wire = await dial(mpp)
      wire.send(callFor('late-1'))
      await mpp.decided()
      wire.socket.destroy()
      t.match(await mpp.nextLogged(), { rule: 'test/late', resultCode: 'PROCESS_FAIL', attempt: 1, delayMs: 1_800_000 })
      const { body, headers } = await callOnce(mpp, 'late-1')
      t.match(body, 'PROCESS_FAIL')
      t.match(headers, { 'x-sim-attempt': '2', 'x-sim-replayed': 'true' })
    })

    t.test('each reply with a fault is logged with its fault', async (t) => {
      for (const fault of faults)
        t.ok(
          mpp.logged.some((entry) => entry.fault === fault),
          fault,
        )
    })
  })

/** The ledger must be right although the line was cut: the next attempt's answer shows it. */
async function ledgerAfter(t: Test, mpp: ListeningApp, fault: (typeof faults)[number]): Promise<void> {
  const secondAfter = async (id: string) => {
    const wire = await dial(mpp)
    wire.send(callFor(id))
    await mpp.decided()
    wire.socket.destroy()
    return callOnce(mpp, id)
  }

  t.test(`a lost answer (${fault}) leaves the final result in the ledger`, async (t) => {
    const { body, headers } = await secondAfter(`answer-${fault}-ledger`)
    t.equal(body, exceeded)
    t.match(headers, { 'x-sim-attempt': '2', 'x-sim-replayed': 'true' })
  })

  t.test(`a lost request (${fault}) leaves none`, async (t) => {
    const { body, headers } = await secondAfter(`request-${fault}-ledger`)
    t.equal(body, success)
    t.match(headers, { 'x-sim-attempt': '2', 'x-sim-replayed': 'false' })
  })
}

t.test('a client that leaves before the decision loses only the answer, and nothing waits for it', async (t) => {
  let closed: Promise<unknown> = Promise.resolve()
  const mpp = await listen(rules, { beforeDecision: () => closed })
  t.teardown(() => mpp.app.close())
  mpp.app.server.once('connection', (socket) => {
    closed = once(socket, 'close')
  })
  const arrived = once(mpp.app.server, 'request')
  const wire = await dial(mpp)
  wire.send(callFor('late-2'))
  await arrived
  wire.socket.destroy()
  t.match(await mpp.nextLogged(), { rule: 'test/late', attempt: 1 })
  t.match((await callOnce(mpp, 'late-2')).headers, { 'x-sim-attempt': '2', 'x-sim-replayed': 'true' })
})

t.test('closing does not wait for a client that never begins its TLS handshake', async (t) => {
  const mpp = await listen(rules, { https: tlsPair('server') })
  const accepted = once(mpp.app.server, 'connection')
  const socket = connect(mpp.port, '127.0.0.1').resume()
  await accepted
  await Promise.all([mpp.app.close(), once(socket, 'close')])
  t.equal(socket.destroyed, true)
})
