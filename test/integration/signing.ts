import { verify } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { type ConnectionOptions, connect } from 'node:tls'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { FileError } from '../../src/server/file-error.js'
import { defaults, type ServeOptions } from '../../src/server/options.js'
import { startServer } from '../../src/server/server.js'
import { makeKeyPair, privatePem, publicPem } from '../fixtures/key-pairs.js'
import {
  alipayplus,
  bodyOf,
  clientId,
  newerAlipayplus,
  path,
  signatureHeader,
  simulatorPair,
} from '../fixtures/signed-app.js'
import { tlsFiles } from '../fixtures/tls.js'

const server = tlsFiles('server')
const client = tlsFiles('client')

/** A folder with a clients file and the keys that it names. */
function keysDir(t: Test): string {
  return t.testdir({
    'rules.yaml': 'rules: [{ name: u, match: { paymentRequestId: "U*" }, reply: UNKNOWN_EXCEPTION }]',
    'alipayplus.pem': publicPem(alipayplus),
    'simulator.pem': privatePem(simulatorPair),
    'clients.yaml': `clients: [{ clientId: ${clientId}, publicKeys: { 1: alipayplus.pem } }]`,
  })
}

/** Starts a server that is stopped with the test. `logged` waits for a log line. */
async function serve(t: Test, dir: string, options: Partial<ServeOptions> = {}) {
  const lines = new EventEmitter()
  const write = (line: string) => void lines.emit(JSON.parse(line).msg, JSON.parse(line))
  const running = await startServer(
    {
      ...defaults,
      port: 0,
      scenarios: [join(dir, 'rules.yaml')],
      watch: false,
      clients: join(dir, 'clients.yaml'),
      privateKey: join(dir, 'simulator.pem'),
      ...options,
    },
    pino({}, { write }),
  )
  t.teardown(() => running.close())
  return {
    url: running.url,
    port: Number(new URL(running.url).port),
    logged: (message: string) => once(lines, message),
  }
}

/** Sends bytes over TLS, and returns the bytes that come back until the server hangs up. */
async function exchange(port: number, bytes: string, options: ConnectionOptions = {}): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    if (isWhole(Buffer.concat(chunks).toString())) socket.end()
  })
  socket.write(bytes)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

function isWhole(reply: string): boolean {
  const [head = '', body] = reply.split('\r\n\r\n')
  return body !== undefined && body.length >= Number(/content-length: (\d+)/i.exec(head)?.[1])
}

/** What the Python SDK does with a reply: names of headers are compared with small letters, as they are on the wire. */
function pythonVerdict(reply: string, signedPath = path): string {
  const [head = '', body = ''] = reply.split('\r\n\r\n')
  const [status, ...lines] = head.split('\r\n')
  if (status?.split(' ')[1] !== '200') return `invalid http status ${status}`
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const signature = headers.get('signature')?.split('signature=')[1]
  const [time, id] = [headers.get('response-time'), headers.get('client-id')]
  if (signature === undefined || time === undefined || id === undefined) return 'response header exception'
  const value = Buffer.from(decodeURIComponent(signature.replaceAll('+', ' ')), 'base64')
  const content = `POST ${signedPath}\n${id}.${time}.${body}`
  const isRight = verify('sha256', Buffer.from(content), simulatorPair.publicKey, value)
  return isRight ? JSON.parse(body).result.resultCode : 'response signature verify failed'
}

/** What the Java SDK does with a reply: the third part of the header, with exactly one = in it. */
function javaVerdict(reply: string): string {
  const [head = '', body = ''] = reply.split('\r\n\r\n')
  if (!head.startsWith('HTTP/1.1 200 ')) return `Response data error, rspBody:${body}`
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? ''
  const items = header('signature').split(',')[2]?.split('=')
  if (items?.length !== 2) return 'no signature'
  const charset = header('content-type')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith('charset'))
  if (charset !== 'charset=UTF-8') return 'unknown charset'
  const value = Buffer.from(decodeURIComponent(items[1] ?? ''), 'base64')
  const content = `POST ${path}\n${clientId}.${header('response-time')}.${body}`
  const isRight = verify('sha256', Buffer.from(content), simulatorPair.publicKey, value)
  return isRight ? JSON.parse(body).result.resultCode : 'Response signature verify fail.'
}

function pythonRequest(port: number, id: string, target = path): string {
  const body = bodyOf(id)
  const time = '2026-01-31T12:00:00+08:00'
  const headers = [
    `POST https://127.0.0.1:${port}${target} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Accept-Encoding: identity',
    `Content-Length: ${body.length}`,
    'Content-type: application/json; charset=UTF-8',
    'Accept: text/plain,text/xml,text/javascript,text/html',
    'Cache-Control: no-cache',
    'Connection: Keep-Alive',
    'User-Agent: global-alipay-sdk-python',
    `Request-Time: ${time}`,
    `client-id: ${clientId}`,
    `Signature: ${signatureHeader(`POST ${target}\n${clientId}.${time}.${body}`)}`,
  ]
  return `${headers.join('\r\n')}\r\n\r\n${body}`
}

function javaRequest(port: number, id: string): string {
  const body = JSON.stringify(JSON.parse(bodyOf(id)))
  const time = '1769832000123'
  const headers = [
    `POST ${path} HTTP/1.1`,
    `Signature: ${signatureHeader(`POST ${path}\n${clientId}.${time}.${body}`)}`,
    'Accept: text/plain,text/xml,text/javascript,text/html',
    `Request-Time: ${time}`,
    'User-Agent: global-sdk-java',
    `Client-Id: ${clientId}`,
    'Content-Type: application/json; charset=UTF-8',
    `Host: 127.0.0.1:${port}`,
    'Connection: keep-alive',
    `Content-Length: ${body.length}`,
  ]
  return `${headers.join('\r\n')}\r\n\r\n${body}`
}

t.test('what the official SDKs send is answered so that they take the reply', async (t) => {
  const { url, port } = await serve(t, keysDir(t), { tlsCert: server.cert, tlsKey: server.key })
  t.equal(url, `https://127.0.0.1:${port}`)
  t.equal(pythonVerdict(await exchange(port, pythonRequest(port, 'A'))), 'SUCCESS')
  t.equal(pythonVerdict(await exchange(port, pythonRequest(port, 'U'))), 'UNKNOWN_EXCEPTION')
  const target = `${path}?trace=a%20b`
  t.equal(pythonVerdict(await exchange(port, pythonRequest(port, 'B', target)), target), 'SUCCESS')
  t.equal(javaVerdict(await exchange(port, javaRequest(port, 'C'))), 'SUCCESS')
  t.equal(javaVerdict(await exchange(port, javaRequest(port, 'U2'))), 'UNKNOWN_EXCEPTION')
  const refused = await exchange(port, javaRequest(port, 'D').replace('"D"', '"E"'))
  t.equal(javaVerdict(refused), 'INVALID_SIGNATURE', 'refusals are signed too')
})

t.test('plain HTTP to an HTTPS port gets no answer', async (t) => {
  const { port } = await serve(t, keysDir(t), { tlsCert: server.cert, tlsKey: server.key })
  const socket = connectTcp(port, '127.0.0.1')
  socket.resume()
  socket.write('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'close')
  t.equal(socket.bytesRead, 0)
})

t.test('with --tls-ca a client certificate is demanded', async (t) => {
  const tls = { tlsCert: server.cert, tlsKey: server.key, tlsCa: client.cert }
  const { port } = await serve(t, keysDir(t), tls)
  const certificate = { cert: readFileSync(client.cert), key: readFileSync(client.key) }
  t.equal(javaVerdict(await exchange(port, javaRequest(port, 'A'), certificate)), 'SUCCESS')
  const answerTo = (tls: ConnectionOptions) => exchange(port, javaRequest(port, 'A'), tls).catch(() => '')
  t.equal(await answerTo({}), '', 'without one')
  const foreign = { cert: readFileSync(server.cert), key: readFileSync(server.key) }
  t.equal(await answerTo(foreign), '', 'with one that nobody known has issued')
})

t.test('a changed clients file or key is in force without a restart, and a broken one changes nothing', async (t) => {
  const dir = keysDir(t)
  const { url, logged } = await serve(t, dir, { watch: true })
  const file = join(dir, 'clients.yaml')
  const body = bodyOf('A')
  const time = '1'
  const call = async (pair: typeof alipayplus) => {
    const signature = signatureHeader(`POST ${path}\n${clientId}.${time}.${body}`, pair)
    const headers = { 'content-type': 'application/json', 'client-id': clientId, 'request-time': time, signature }
    const reply = await fetch(url + path, { method: 'POST', headers, body })
    const { result } = (await reply.json()) as { result: { resultCode: string } }
    return result.resultCode
  }
  const problems = async () => ((await (await fetch(`${url}/readyz`)).json()) as { problems: string[] }).problems
  t.equal(await call(alipayplus), 'SUCCESS')

  const broken = logged('the clients file is wrong; the last good clients stay')
  writeFileSync(file, 'clients: [{ clientId: X }]')
  const expected = [`${file}:1:11 "publicKeys" is missing in this client`]
  t.match(await broken, [{ problems: expected }])
  t.same(await problems(), expected)
  t.equal(await call(alipayplus), 'SUCCESS')

  const mended = logged('clients loaded')
  writeFileSync(file, `clients: [{ clientId: ${clientId}, publicKeys: { 1: newer.pem } }]`)
  writeFileSync(join(dir, 'newer.pem'), publicPem(newerAlipayplus))
  t.match(await mended, [{ clients: [clientId] }])
  t.same(await problems(), [])
  t.equal(await call(alipayplus), 'INVALID_SIGNATURE')
  t.equal(await call(newerAlipayplus), 'SUCCESS')

  const changed = logged('clients loaded')
  copyFileSync(join(dir, 'alipayplus.pem'), join(dir, 'newer.pem'))
  await changed
  t.equal(await call(alipayplus), 'SUCCESS')
})

t.test('a wrong clients, key or certificate file keeps the server from starting, and is named', async (t) => {
  const dir = keysDir(t)
  const weak = tlsFiles('weak')
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const gone = join(dir, 'gone.pem')
  const text = file('text.pem', 'hello')
  const cases: [options: Partial<ServeOptions>, message: string][] = [
    [{ clients: gone }, `${gone}:1:1 cannot be read: ENOENT`],
    [{ clients: file('a.yaml', 'clients: [') }, 'a.yaml:1:11 unexpected end'],
    [{ privateKey: gone }, `${gone} cannot be read: ENOENT`],
    [{ privateKey: text }, `${text} is not a key`],
    [{ privateKey: join(dir, 'alipayplus.pem') }, 'alipayplus.pem is a public key, where a private one belongs'],
    [{ privateKey: file('b.pem', privatePem(makeKeyPair(1024))) }, 'b.pem has 1024 bits'],
    [{ tlsCert: gone, tlsKey: server.key }, `${gone} cannot be read`],
    [{ tlsCert: text, tlsKey: server.key }, `${text} is not a certificate in PEM`],
    [{ tlsCert: server.cert, tlsKey: text }, `${text} is not a private key in PEM without a passphrase`],
    [
      { tlsCert: server.cert, tlsKey: client.key },
      `${client.key} is not the private key of the certificate ${server.cert}`,
    ],
    [{ tlsCert: server.cert, tlsKey: server.key, tlsCa: text }, `${text} is not a certificate in PEM`],
    [{ tlsCert: weak.cert, tlsKey: weak.key }, `${weak.cert} cannot be used for TLS: `],
  ]
  for (const [options, message] of cases) {
    const error = await serve(t, dir, options).catch((error: Error) => error)
    t.ok(error instanceof FileError && error.message.includes(message), message)
  }
})
