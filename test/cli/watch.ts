import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { callLine } from '../../src/server/call-line.js'
import { prettyLine } from '../../src/server/pretty-line.js'
import type { Journal } from '../../src/simulator/journal.js'
import { ended, run, said, start } from '../fixtures/cli.js'
import { startControl } from '../fixtures/control.js'

const call = {
  resultStatus: 'S',
  resultCode: 'SUCCESS',
  paymentRequestId: 'RETRY-1',
  rule: '20-x/y',
  attempt: 4,
  reason: 'step 2 of 2',
  httpStatus: 200,
  delayMs: 0,
} as const

const time = '2026-01-31T12:00:00.007Z'
const plain = { coloured: false }

t.test('a call is one short line', async (t) => {
  const lineOf = (fields: object) => callLine(time, { ...call, ...fields }, plain)
  t.equal(lineOf({}), '12:00:00.007 S SUCCESS              RETRY-1 #4 20-x/y step 2 of 2')
  t.match(lineOf({ fault: 'connection-reset' }), /20-x\/y not answered: connection-reset; step 2 of 2$/)
  t.match(lineOf({ callerLeft: true }), /not answered: the caller had left; step 2 of 2$/)
  t.match(lineOf({ fault: 'slow-body', delayMs: 1200.4 }), /20-x\/y step 2 of 2; slow body, 1200 ms$/)
  t.match(
    lineOf({ delayMs: 20, httpStatus: 503, signature: 'invalid', fault: null }),
    /step 2 of 2; HTTP 503; delayed 20 ms; signature invalid$/,
  )
  t.match(
    lineOf({ attempt: null, rule: null, paymentRequestId: null, reason: 'pspId is missing' }),
    /SUCCESS +- - pspId is missing$/,
  )
  t.match(lineOf({ paymentRequestId: null, paymentId: 'P-1' }), / P-1 #4 20-x/, 'acquirers may name no other id')
  t.match(lineOf({ paymentId: 'P-1' }), / RETRY-1 #4 20-x/)
  t.match(lineOf({ paymentRequestId: 'a\u001b[2Jb' }), '"a\\u001b[2Jb"', 'a terminal obeys nothing of it')
})

t.test('colour tells the status as well', async (t) => {
  const colourOf = (resultStatus: 'S' | 'F' | 'U') => callLine(time, { ...call, resultStatus }, { coloured: true })
  t.match(colourOf('S'), '\u001b[32mS')
  t.match(colourOf('F'), '\u001b[31mF')
  t.match(colourOf('U'), '\u001b[33mU')
})

t.test('the log says the same line for people', async (t) => {
  const logged = JSON.stringify({ level: 'info', time, msg: 'answered', method: 'POST', ...call })
  t.equal(prettyLine(logged, plain), `${callLine(time, call, plain)}\n`)
})

/** Settles when somebody follows the journal. */
function subscribed(journal: Journal): Promise<void> {
  const { subscribe } = journal
  return new Promise((resolve) => {
    journal.subscribe = (listener) => {
      resolve()
      return subscribe(listener)
    }
  })
}

t.test('watch shows calls as they come, goes on after a restart, and ends in peace', async (t) => {
  const { url, call, app, simulator } = await startControl(t)
  const watching = start(['watch', '--url', `${url}/`, '--namespace', 'pr-42'], { NO_COLOR: '' })
  t.teardown(() => watching.child.kill('SIGKILL'))
  await subscribed(simulator.namespace('pr-42').journal())
  await call('first', { namespace: 'pr-42' })
  await said(watching, / S SUCCESS {14}first #1 - no rule matches\n/)
  await app.close()
  const again = await startControl(t, { port: Number(new URL(url).port), store: { journalMax: 1 } })
  // The first may go over a connection of before, which is cut.
  const headers = { connection: 'close' }
  for (const id of ['second', 'third']) await again.call(id, { namespace: 'pr-42', headers }).catch(() => {})
  await again.call('third', { namespace: 'pr-42', headers })
  await said(watching, /third/)
  watching.child.kill('SIGINT')
  t.match(await ended(watching), { code: 0, stderr: /is away; trying again\n(1 calls are left out\n)?/ })
})

t.test('watch prints journal entries for programs', async (t) => {
  const { url, call, simulator } = await startControl(t, { adminToken: 'secret' })
  const watching = start(['watch', '--url', url, '--admin-token', 'secret', '--format', 'json'])
  t.teardown(() => watching.child.kill('SIGKILL'))
  await subscribed(simulator.namespace('').journal())
  await call('x')
  await said(watching, /\n/)
  t.match(JSON.parse(watching.stdout), { id: 1, paymentRequestId: 'x' })
  watching.child.kill('SIGTERM')
  t.equal((await ended(watching)).code, 0)
})

t.test('watch ends in peace when nobody reads it any more, as in `mpp-sim watch | head -1`', async (t) => {
  const { url, call, simulator } = await startControl(t)
  const watching = start(['watch', '--url', url])
  const end = ended(watching)
  t.teardown(async () => {
    watching.child.kill('SIGKILL')
    await end
  })
  await subscribed(simulator.namespace('').journal())
  await call('first')
  await said(watching, /first/)
  watching.child.stdout?.destroy()
  let hasEnded = false
  end.finally(() => {
    hasEnded = true
  })
  for (let calls = 0; calls < 5000 && !hasEnded; calls++) await call('next')
  if (!hasEnded) watching.child.kill('SIGKILL')
  t.match(await end, { code: 0, signal: null, stderr: '' })
})

t.test('watch says why it cannot begin', async (t) => {
  const { url } = await startControl(t, { adminToken: 'secret' })
  t.match(await run(['watch', '--url', url]), {
    code: 1,
    stderr: /\/__admin\/requests\/stream says 401: .*bearer token/i,
  })
  t.match(await run(['watch', '--url', 'http://127.0.0.1:9']), { code: 1, stderr: /does not answer: / })
})

t.test('watch says how many calls are left out, and asks for what comes after the last that it has', async (t) => {
  const asked: (string | undefined)[] = []
  const server = createServer(({ headers }, reply) => {
    asked.push(headers['last-event-id']?.toString())
    reply.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' })
    reply.end(`id: ${asked.length}\ndata: {"n":${asked.length}}\n\nevent: skipped\ndata: {"skipped":3}\n\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const watching = start(['watch', '--url', url, '--format', 'json'])
  t.teardown(() => watching.child.kill('SIGKILL'))
  await said(watching, /{"n":2}/)
  watching.child.kill('SIGINT')
  const { stdout, stderr } = await ended(watching)
  t.match(stdout, '{"n":1}\n{"n":2}\n')
  t.match(stderr, /^3 calls are left out\nhttp:.* is away; trying again\n3 calls are left out\n/)
  t.same(asked.slice(0, 2), [undefined, '1'])
})
