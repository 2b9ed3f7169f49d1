import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:https'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import t, { type Test } from 'tap'
import { createMemoryStore } from '../../src/simulator/memory/store.js'
import { createSimulator } from '../../src/simulator/simulator.js'
import { type LogLine, makeApp } from '../fixtures/app.js'
import { tlsFiles } from '../fixtures/tls.js'

async function listening(t: Test, options: Parameters<typeof makeApp>[1] = {}) {
  const { app, log } = await makeApp(t, options)
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const journal = async () => (await app.inject('/__admin/requests')).json().requests
  const metric = async (name: string) =>
    new RegExp(`^${name} (\\d+)$`, 'm').exec((await app.inject('/metrics')).body)?.[1]
  return { app, log, port, journal, metric }
}

/** What comes back for these bytes, until the server closes. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').end(text)
  let reply = ''
  socket.on('data', (chunk) => {
    reply += chunk
  })
  await once(socket, 'close')
  return reply
}

t.test('what is no HTTP is answered, journaled, counted and logged with its peer', async (t) => {
  const { port, log, journal, metric } = await listening(t)
  const cases: [sent: string, code: string, entry: object][] = [
    ['garbage\r\n\r\n', 'METHOD_NOT_SUPPORTED', { method: '', path: '' }],
    ['FOO /ns/a HTTP/1.1\r\n\r\n', 'METHOD_NOT_SUPPORTED', { method: 'FOO', path: '/ns/a' }],
    ['GET /a b HTTP/1.1\r\n\r\n', 'PARAM_ILLEGAL', { method: 'GET', path: '/a' }],
    [`GET /b HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 'PARAM_ILLEGAL', { method: 'GET', path: '/b' }],
    [
      'GET /livez HTTP/1.1\r\nHost: a\r\n\r\nBAR /later HTTP/1.1\r\n\r\n',
      'METHOD_NOT_SUPPORTED',
      { method: 'BAR', path: '/later' },
    ],
  ]
  for (const [sent, code, entry] of cases) {
    const reply = await exchange(port, sent)
    t.match(reply, `"resultCode":"${code}"`, sent.slice(0, 40))
    const [head = ''] = reply.slice(reply.lastIndexOf('HTTP/1.1 200')).split('\r\n\r\n')
    t.match(head.split('\r\n').at(-1), /^response-time: /, 'the headers stand in the order of the contract')
    const entries = await journal()
    t.match(entries.at(-1), { ...entry, result: { resultCode: code }, attempt: null, body: null })
    t.match(log.at(-1), { msg: 'not readable', peer: /^127\.0\.0\.1 \d+$/, resultCode: code, url: entries.at(-1).path })
  }
  t.equal((await journal()).length, cases.length)
  t.equal(
    await metric('mpp_sim_requests_total{result_code="METHOD_NOT_SUPPORTED",file="\\(refused\\)",profile="mpp"}'),
    '3',
  )
})

t.test('what is no HTTP below a namespace is in the journal of that namespace', async (t) => {
  const { app, port } = await listening(t)
  await exchange(port, 'FOO /ns/a/x HTTP/1.1\r\n\r\n')
  const { requests } = (await app.inject('/ns/a/__admin/requests')).json()
  t.match(requests, [{ namespace: 'a', path: '/ns/a/x' }])
})

t.test('a call that stops halfway is journaled once', async (t) => {
  const { app, log, port, journal } = await listening(t)
  const accepted = once(app.server, 'connection')
  const socket = connect(port, '127.0.0.1')
  const [serverSocket] = await accepted
  socket.write('POST /v1/payments/cancelPayment HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{')
  await once(app.server, 'request')
  app.server.emit('clientError', Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), serverSocket)
  t.match(log.at(-1), { msg: 'not readable', method: 'POST', url: '/v1/payments/cancelPayment' })
  socket.resume().end()
  await once(socket, 'close')
  while ((await journal()).length === 0) await new Promise(setImmediate)
  t.match(await journal(), [{ method: 'POST', result: { resultCode: 'PARAM_ILLEGAL' } }])
})

t.test('a journal that fails does not keep the answer back', async (t) => {
  const store = createMemoryStore()
  const simulator = createSimulator({ rules: [], store, seed: '' })
  const record = () => Promise.reject(new Error('the disk is full'))
  const namespace = (name: string) => ({ ...simulator.namespace(name), record })
  const { log, port } = await listening(t, { simulator: { ...simulator, namespace } })
  t.match(await exchange(port, 'garbage\r\n\r\n'), 'METHOD_NOT_SUPPORTED')
  t.match(log.at(-1), { level: 40, reason: 'Error: the disk is full' })
})

t.test('a call of HTTP/1.1 without Host gets the envelope, and says what is missing', async (t) => {
  const { port, journal } = await listening(t)
  const call = (version: string) =>
    exchange(
      port,
      `POST /v1/payments/cancelPayment HTTP/${version}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`,
    )
  t.match(await call('1.1'), /^HTTP\/1\.1 200 OK.*the Host header is missing.*"resultCode":"PARAM_ILLEGAL"/s)
  t.match(await call('1.0'), /acquirerId is missing/, 'HTTP/1.0 knows no Host')
  t.equal((await journal()).length, 2)
  t.match(await exchange(port, 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'), '{"status":"live"}')
})

t.test('TLS handshakes that fail are logged, at most once a second, and counted', async (t) => {
  const { cert, key } = tlsFiles('server')
  const tls = { cert: readFileSync(cert), key: readFileSync(key) }
  const clock = { at: 0 }
  const { app, log, port, metric } = await listening(t, { tls, now: () => clock.at })
  const failed = () => once(app.server, 'tlsClientError')
  const failures = () => log.filter(({ msg }: LogLine) => msg === 'TLS handshake failed')

  for (const at of [0, 1, 999, 1000]) {
    clock.at = at
    const seen = failed()
    connect(port, '127.0.0.1')
      .on('error', () => {})
      .write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await seen
  }
  const plain = { level: 40, peer: /^127\.0\.0\.1 \d+$/, reason: /^plain HTTP on an HTTPS port/ }
  t.match(failures(), [
    { ...plain, unlogged: 0 },
    { ...plain, unlogged: 2 },
  ])

  clock.at = 3000
  let seen = failed()
  get({ port, host: '127.0.0.1' }).on('error', () => {})
  await seen
  t.match(failures().at(-1), { reason: /the client left; it may not trust the certificate/ })

  clock.at = 5000
  seen = failed()
  connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] }).on('error', () => {})
  await seen
  t.match(failures().at(-1), { reason: 'no application protocol' })

  clock.at = 7000
  const accepted = once(app.server, 'connection')
  const mute = connect(port, '127.0.0.1')
  const [socket] = await accepted
  // Node.js would do so after two minutes.
  app.server.emit('tlsClientError', new Error('TLS handshake timeout'), socket)
  t.match(failures().at(-1), { reason: 'TLS handshake timeout' })
  t.equal(await metric('mpp_sim_tls_failures_total'), '7')
  mute.destroy()
})

t.test('ALPN offers both versions of HTTP that are spoken', async (t) => {
  const { cert, key } = tlsFiles('server')
  const { port } = await listening(t, { tls: { cert: readFileSync(cert), key: readFileSync(key) } })
  for (const protocol of ['http/1.1', 'http/1.0']) {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: [protocol] })
    await once(socket, 'secureConnect')
    t.equal(socket.alpnProtocol, protocol)
    socket.destroy()
  }
})

t.test('a request for a tunnel is refused with the envelope, journaled and counted', async (t) => {
  const { port, log } = await listening(t)
  const reply = await exchange(port, 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n')
  t.match(reply, /^HTTP\/1.1 200 OK\r\n/)
  t.match(reply, /x-sim-reason: the method is CONNECT, not POST\r\n/)
  t.match(reply, /"resultCode":"METHOD_NOT_SUPPORTED"/)
  t.match(log, [{ msg: 'not readable', method: 'CONNECT', url: 'example.com:443' }])
})

t.test('a request that does not end is answered within a few seconds of its time', async (t) => {
  const { app, port } = await listening(t)
  app.server.requestTimeout = 1
  app.server.headersTimeout = 1
  const began = performance.now()
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /v1/payments/cancelPayment HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n{')
  const [reply] = await once(socket, 'data')
  t.match(String(reply), 'did not end in time')
  socket.destroy()
  t.ok(performance.now() - began < 25_000, 'Node itself would look after 30 s')
})
