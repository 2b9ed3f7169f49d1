import { spawn } from 'node:child_process'
import { createPrivateKey, sign, verify } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import t, { type Test } from 'tap'
import { type StartOptions, startSimulator } from '../../src/index.js'
import { keyToPem, keyToPkcs1Pem } from '../../src/protocol/keys.js'
import { makeKeyPair, publicPem } from '../fixtures/key-pairs.js'
import { pathOf, skipWithout } from '../fixtures/programs.js'
import { freePort } from '../fixtures/redis.js'
import { tlsFiles } from '../fixtures/tls.js'

const caller = makeKeyPair()
const simulator = makeKeyPair()
const aps = '/aps/api/v1/payments/cancelPayment'
const ams = '/ams/api/v1/payments/cancel'
const sandbox = '/ams/sandbox/api/v1/payments/cancel'
const clientId = 'SANDBOX_5YC47N2ZQHJ004124'

interface Reply {
  /** Names as they are on the wire, in their order. */
  names: string[]
  headers: Record<string, string>
  body: string
}

/** Sends bytes as they are, and reads the reply as it came. */
async function exchange(port: number, bytes: string, isSecure = false): Promise<Reply> {
  const socket = isSecure
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    : connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.write(bytes)
  await once(socket, 'close')
  const end = text.indexOf('\r\n\r\n')
  const [, ...lines] = text.slice(0, end).split('\r\n')
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf(': ')
    return [line.slice(0, at), line.slice(at + 2)]
  })
  return { names: pairs.map(([name]) => name), headers: Object.fromEntries(pairs), body: text.slice(end + 4) }
}

interface SignedCall {
  /** The request target; absolute where it has a scheme. */
  target: string
  body: string
  time?: string
  /** Header lines beside those of the protocol. */
  more?: string[]
  /** What is signed of the target, where that is not all of its path. */
  signedPath?: string
  client?: string
}

function request({
  target,
  body,
  time = '2026-01-31T12:00:00+08:00',
  more,
  signedPath,
  client = clientId,
}: SignedCall) {
  const path = signedPath ?? target.replace(/^https?:\/\/[^/]+/, '')
  const signature = sign('sha256', Buffer.from(`POST ${path}\n${client}.${time}.${body}`), caller.privateKey)
  const lines = [
    `POST ${target} HTTP/1.1`,
    'Host: open-na-global.alipay.com:443',
    `Client-Id: ${client}`,
    `Request-Time: ${time}`,
    `Signature: algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature.toString('base64'))}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...(more ?? ['Content-Type: application/json; charset=UTF-8']),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** Whether the reply to a call is signed over this path, judged as the SDKs do. */
function isSignedOver(path: string, { headers, body }: Reply): boolean {
  const [, value = ''] = /^algorithm=RSA256,keyVersion=1,signature=([^=]+)$/.exec(headers.signature ?? '') ?? []
  const content = `POST ${path}\n${headers['client-id']}.${headers['response-time']}.${body}`
  return verify('sha256', Buffer.from(content), simulator.publicKey, Buffer.from(decodeURIComponent(value), 'base64'))
}

function write(dir: string, name: string, text: string): string {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}

/** A server that checks signatures. `more` are further keys of its client in the clients file. */
async function start(t: Test, more = '', options: StartOptions = {}) {
  const dir = t.testdir()
  const entry = (id: string, keys: string) => `  - { clientId: ${id}, publicKeys: { 1: caller.pem }${keys} }\n`
  write(dir, 'caller.pem', publicPem(caller))
  const text = `clients:\n${entry(clientId, more)}${entry('MPP', ', profile: mpp')}`
  const sim = await startSimulator({
    clients: write(dir, 'clients.yaml', text),
    privateKey: write(dir, 'own.pem', keyToPem(simulator.privateKey)),
    profile: 'acqp',
    ...options,
  })
  t.teardown(() => sim.close())
  return { sim, port: Number(new URL(sim.url).port) }
}

const codeOf = ({ body }: Reply): string => JSON.parse(body).result.resultCode
const reasonOf = ({ headers }: Reply): string => String(headers['x-sim-reason'])

t.test('a call as each official SDK sends it is verified, and its reply can be', async (t) => {
  const { sim, port } = await start(t)
  const id = (n: number) => `2026013119074010010018${n}`
  const calls: Record<string, SignedCall> = {
    'Python: absolute target, 3 spaces, offset with colon': {
      target: `https://open-na-global.alipay.com${sandbox}`,
      body: `{\n   "paymentId": "${id(1)}",\n   "paymentRequestId": "R1"\n}`,
      time: '2026-01-31T12:00:00+00:00',
      more: ['Content-type: application/json; charset=UTF-8', 'Accept: text/plain,text/xml', 'Cache-Control: no-cache'],
    },
    'Java: epoch milliseconds': {
      target: sandbox,
      body: `{"paymentId":"${id(2)}"}`,
      time: '1769832000000',
      more: ['Content-Type: application/json;charset=UTF-8', 'Accept: text/plain,text/xml,text/javascript,text/html'],
    },
    'PHP: offset without colon, and what users of iMock add': {
      target: ams,
      body: `{"paymentId":"${id(3)}","paymentRequestId":null}`,
      time: '2026-01-31T12:00:00+0000',
      more: ['Content-Type:application/json; charset=UTF-8', 'Accept: */*', 'loadmode: x', 'markuid: y', 'instmock: z'],
    },
    'Go: two Content-Type lines and an empty Agent-Token': {
      target: ams,
      body: `{"paymentRequestId":"${id(4)}"}`,
      time: '1769832000000',
      more: ['Content-Type: application/json', 'Content-Type: application/json; charset=UTF-8', 'Agent-Token: '],
    },
    'Go behind a proxy that merges the two': {
      target: ams,
      body: `{"paymentRequestId":"${id(5)}"}`,
      more: ['Content-Type: application/json, application/json; charset=UTF-8', 'Agent-Token:'],
    },
    '.NET: nulls for what is not set, seven digits of a second': {
      target: ams,
      body: `{"paymentId":"${id(6)}","paymentRequestId":null,"merchantAccountId":null}`,
      time: '2026-01-31T12:00:00.1234567Z',
    },
    'an ACQP of its own: both ids': { target: aps, body: `{"paymentRequestId":"R7","paymentId":"${id(7)}"}` },
  }
  for (const [name, call] of Object.entries(calls)) {
    const reply = await exchange(port, request(call))
    t.equal(codeOf(reply), 'SUCCESS', name)
    t.ok(isSignedOver(call.target.replace('https://open-na-global.alipay.com', ''), reply))
  }
  const profiles = (await sim.requests()).map(({ profile }) => profile)
  t.same(profiles, ['ams', 'ams', 'ams', 'ams', 'ams', 'ams', 'acqp'])
})

t.test('the protocol’s headers are the last, in small letters, whatever a rule is named', async (t) => {
  const rules = [{ name: 'response-time signature', reply: 'SUCCESS' as const }]
  const { port } = await start(t, '', { rules })
  const { names, headers } = await exchange(port, request({ target: aps, body: '{"paymentId":"P"}' }))
  const own = ['content-type', 'content-length', 'x-sim-rule', 'x-sim-attempt', 'x-sim-replayed', 'x-sim-reason']
  t.same(names.slice(0, 9), [...own, 'client-id', 'response-time', 'signature'])
  t.equal(headers['x-sim-rule'], 'options/response-time signature')
  for (const name of names.slice(9)) t.notMatch(`${name}: ${headers[name]}`, /response-time|signature/, name)
  const broken = await exchange(port, 'response-time: signature\r\n\r\n')
  t.equal(broken.names.at(-1), 'response-time')
})

t.test('a signature may leave out /ns/<name>, and the reply is signed as its call was', async (t) => {
  const { sim, port } = await start(t)
  const body = '{"paymentId":"P"}'
  const whole = await exchange(port, request({ target: `/ns/pr-42${ams}`, body }))
  t.same([codeOf(whole), isSignedOver(`/ns/pr-42${ams}`, whole)], ['SUCCESS', true])
  const without = await exchange(port, request({ target: `/ns/pr-42${ams}?a=1`, body, signedPath: `${ams}?a=1` }))
  t.same([codeOf(without), isSignedOver(`${ams}?a=1`, without)], ['SUCCESS', true])
  const wrong = await exchange(port, request({ target: `/ns/pr-42${ams}`, body, signedPath: '/x' }))
  t.same([codeOf(wrong), isSignedOver(`/ns/pr-42${ams}`, wrong)], ['INVALID_SIGNATURE', true])
  t.equal((await sim.namespace('pr-42').requests()).length, 3)
  t.equal((await sim.requests()).length, 0)
})

t.test('the namespace is that of the path, else of the header, else of the clients file', async (t) => {
  const { sim, port } = await start(t, ', namespace: by-file')
  const call = (target: string, header?: string) => {
    const more = ['Content-Type: application/json', ...(header === undefined ? [] : [`X-Sim-Namespace: ${header}`])]
    return exchange(port, request({ target, body: '{"paymentId":"P"}', more }))
  }
  await call(ams)
  await call(ams, 'by-header')
  await call(`/ns/by-path${ams}`, 'by-header')
  for (const name of ['by-file', 'by-header', 'by-path'])
    t.equal((await sim.namespace(name).requests()).length, 1, name)
  const refused = await call(ams, 'no/name')
  t.equal(codeOf(refused), 'PARAM_ILLEGAL')
  t.match(reasonOf(refused), 'the X-Sim-Namespace header is "no/name"')
})

t.test('a path that a proxy has rewritten is named as that', async (t) => {
  const { port } = await start(t)
  const reasonFor = async (target: string, signedPath: string, ...more: string[]) => {
    const reply = await exchange(port, request({ target, body: '{"paymentId":"P"}', signedPath, more }))
    t.equal(codeOf(reply), 'INVALID_SIGNATURE')
    return reasonOf(reply)
  }
  const gateway = `/gateway${ams}`
  const rewritten = `what was signed has the path ${gateway}, of which a proxy made ${ams}: have it pass the path on; `
  t.match(await reasonFor(ams, gateway, 'X-Forwarded-Prefix: /gateway/'), rewritten)
  for (const name of ['X-Original-URI', 'X-Original-URL', 'X-Forwarded-Uri', 'X-Envoy-Original-Path'])
    t.match(await reasonFor(ams, gateway, `${name}: ${gateway}`), rewritten, name)
  t.match(
    await reasonFor(aps, '/v1/payments/cancelPayment'),
    'without the /aps/api before it: sign the path that is sent',
  )
})

t.test('a client of the clients file has a profile and ids of its own', async (t) => {
  const ids = ', profile: acqp, acquirerId: ACQ, pspId: "1022"'
  const { sim, port } = await start(t, ids, { profile: 'mpp' })
  const reply = await exchange(port, request({ target: aps, body: '{"paymentRequestId":"R"}' }))
  t.match(JSON.parse(reply.body), { acquirerId: 'ACQ', pspId: '1022' })
  t.equal(codeOf(await exchange(port, request({ target: sandbox, body: '{"paymentId":"P"}' }))), 'SUCCESS')
  const mpp = await exchange(port, request({ target: ams, body: '{"paymentId":"P"}', client: 'MPP' }))
  t.equal(codeOf(mpp), 'NO_INTERFACE_DEF')
  t.match(reasonOf(mpp), 'MPP has the profile mpp in the clients file')
  const told = await exchange(port, request({ target: aps, body: '{"paymentRequestId":"R"}', client: 'MPP' }))
  t.match(reasonOf(told), 'or give MPP the profile acqp in the clients file')
  await sim.addRule({ name: 'of AMS', reply: 'ORDER_NOT_EXIST' })
  const unknown = await exchange(port, request({ target: ams, body: '{}', client: 'nobody' }))
  t.equal(codeOf(unknown), 'CLIENT_INVALID')
  const explained = await fetch(`${sim.url}/__admin/explain`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"paymentId":"P","clientId":"SANDBOX_5YC47N2ZQHJ004124"}',
  })
  t.match(await explained.json(), { rule: 'runtime/of AMS' })
  t.match(await sim.explain({ paymentId: 'P', clientId }), { rule: 'runtime/of AMS' })
  const openapi = (await (await fetch(`${sim.url}/openapi.json`)).json()) as { paths: object }
  t.ok(Object.hasOwn(openapi.paths, sandbox), 'what one client is served is documented')
  const profiles = (await sim.requests()).map(({ profile }) => profile)
  t.same(profiles, ['acqp', 'ams', 'ams', 'mpp', 'ams'])
})

t.test('a clients file without acquirers serves no AMS, and names mistakes in its keys', async (t) => {
  const { port } = await start(t, '', { profile: 'mpp' })
  const reply = await exchange(port, request({ target: `/ns/x${ams}`, body: '{"paymentId":"P"}' }))
  t.equal(codeOf(reply), 'NO_INTERFACE_DEF')
  t.match(reasonOf(reply), `${ams} is where an acquirer (ACQP) calls Alipay+`)
  await t.rejects(start(t, ', profile: acpq'), /"acpq" is not a profile \(did you mean acqp\?\)/)
  await t.rejects(start(t, ', namespace: a/b'), /is not a valid namespace: expected 1 to 64 letters/)
  await t.rejects(start(t, ', pspId: ""'), /is not a valid pspId: expected text of 1 to 64 characters/)
})

t.test('the private key is there in both forms that official SDKs take', async (t) => {
  const pem = keyToPkcs1Pem(caller.privateKey)
  t.match(pem, /^-----BEGIN RSA PRIVATE KEY-----/)
  t.equal(keyToPem(createPrivateKey(pem)), keyToPem(caller.privateKey))
})

/** nginx ends TLS, and hands on what comes. */
async function startProxy(t: Test, upstream: string): Promise<number> {
  const dir = t.testdir()
  const port = await freePort()
  const { cert, key } = tlsFiles('server')
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`)
  const server = `listen 127.0.0.1:${port} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key};
    location / { proxy_pass ${upstream}; }
    location /gateway/ { proxy_pass ${upstream}/; proxy_set_header X-Forwarded-Prefix /gateway; }`
  const config = `daemon off; master_process off; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
    events {} http { access_log off; ${own.join(' ')} server { ${server} } }`
  const nginx = spawn(String(pathOf('nginx')), ['-p', dir, '-c', write(dir, 'nginx.conf', config)], { stdio: 'ignore' })
  t.teardown(async () => {
    nginx.kill('SIGKILL')
    if (nginx.exitCode === null) await once(nginx, 'exit')
  })
  while (nginx.exitCode === null && !(await isListening(port))) await setTimeout(20)
  return port
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return isOpen
}

const skip = skipWithout('nginx')

t.test('through nginx, which ends TLS, signatures verify both ways', { skip }, async (t) => {
  const { sim } = await start(t)
  const port = await startProxy(t, sim.url)
  const body = '{"paymentId":"P","paymentRequestId":null}'
  for (const target of [ams, `${aps}?a=%2F&b=1`, `/ns/pr-42${ams}`]) {
    const reply = await exchange(port, request({ target, body }), true)
    t.equal(codeOf(reply), 'SUCCESS', target)
    t.ok(isSignedOver(target, reply))
  }
  const rewritten = await exchange(port, request({ target: `/gateway${ams}`, body }), true)
  t.equal(codeOf(rewritten), 'INVALID_SIGNATURE')
  t.match(reasonOf(rewritten), `has the path /gateway${ams}, of which a proxy made ${ams}`)
})
