import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { type Caller, callOnce } from '../../src/cli/call.js'
import { sampleRequest } from '../../src/protocol/cancel-payment.js'
import { defaults, type ServeOptions } from '../../src/server/options.js'
import { startServer } from '../../src/server/server.js'
import { runInside, serve } from '../fixtures/cli.js'
import { alipayplus, clientId, path, simulatorPair } from '../fixtures/signed-app.js'
import { tlsFiles } from '../fixtures/tls.js'

const dir = t.testdir()
const keys = join(dir, 'keys')
const file = (name: string) => join(keys, name)
const signed = ['--private-key', file('alipayplus-private.pem'), '--public-key', file('simulator-public.pem')]

t.test(
  'keygen makes two pairs, private ones for nobody else to read, and a clients file, and prints what to do next',
  async (t) => {
    const { code, stdout } = await runInside(['keygen', keys])
    t.equal(code, 0)
    for (const name of ['alipayplus', 'simulator']) {
      const derived = createPublicKey(readFileSync(file(`${name}-private.pem`)))
      t.ok(derived.equals(createPublicKey(readFileSync(file(`${name}-public.pem`)))))
    }
    for (const name of readdirSync(keys))
      t.equal(statSync(file(name)).mode & 0o777, (name.includes('private') ? 0o600 : 0o644) & ~process.umask(), name)
    t.match(stdout, `mpp-sim serve --clients ${file('clients.yaml')} --private-key ${file('simulator-private.pem')}`)
    t.match(stdout, `mpp-sim cancel ${signed.join(' ')}`)
  },
)

t.test('keygen overwrites nothing', async (t) => {
  const before = readFileSync(file('simulator-private.pem'), 'utf8')
  const { code, stderr } = await runInside(['keygen', keys])
  t.equal(code, 3)
  t.match(stderr, /simulator-public\.pem would be overwritten/)
  t.equal(readFileSync(file('simulator-private.pem'), 'utf8'), before)
})

t.test('keygen says where it cannot write', async (t) => {
  const taken = join(t.testdir({ taken: '' }), 'taken')
  t.match(await runInside(['keygen', taken]), { code: 3, stderr: `${taken}: EEXIST` })
})

t.test('keygen takes any client and folder name, and its commands are fit to copy', async (t) => {
  const odd = join(dir, "it's here")
  const { stdout } = await runInside(['keygen', odd, '--client-id', 'A B'])
  const quoted = odd.replaceAll("'", "'\\''")
  t.match(stdout, `mpp-sim cancel --client-id 'A B' --private-key '${quoted}/alipayplus-private.pem'`)
  t.match(readFileSync(join(odd, 'clients.yaml'), 'utf8'), 'clientId: "A B"')
})

t.test('cancel and health work against a server that checks signatures, over HTTP', async (t) => {
  const url = new URL(
    (await serve(t, ['--clients', file('clients.yaml'), '--private-key', file('simulator-private.pem')])).url,
  )
  const one = await runInside(['cancel', ...signed], { MPP_SIM_URL: url.origin })
  const other = await runInside(['cancel', ...signed, '--url', url.origin, '--payment-request-id', 'BADSIGN-1'])
  const wrong = await runInside(['cancel', '--url', url.origin, '--private-key', file('simulator-private.pem')])
  const repeated = await runInside([
    'cancel',
    ...signed,
    '--url',
    `${url.origin}${path}?x=1`,
    '--repeat',
    '5',
    '--concurrency',
    '9',
    '--payment-request-id',
    'RETRY-1',
  ])
  const health = await runInside(['health', '--host', url.hostname, '--port', url.port])
  t.equal(one.code, 0)
  t.match(one.stdout, /> POST \/aps\/api\/v1\/payments\/cancelPayment\n> Content-Type: .*\n> Client-Id: SANDBOX/)
  t.match(one.stdout, /content signed: POST \/aps\/api\/v1\/payments\/cancelPayment\\nSANDBOX_.*"CANCEL-\d+-1"}\n/)
  t.match(one.stdout, /< HTTP 200\n/)
  t.match(one.stdout, 'SUCCESS (S): the payment is cancelled; the signature is valid')
  t.equal(other.code, 7)
  t.match(other.stdout, 'unverified: the signature of the reply does not fit its content and the public key')
  t.equal(wrong.code, 5)
  t.match(wrong.stdout, "the signature was made with the simulator's own key")
  t.match(
    wrong.stdout,
    'INVALID_SIGNATURE (F): refused for good; asking again is of no use; the signature was not looked at',
  )
  t.equal(repeated.code, 6, 'the worst of several counts')
  t.match(repeated.stdout, /^5 calls in [\d.]+ s, \d+ a second, 9 at a time\n {7}3 UNKNOWN_EXCEPTION\n {7}2 SUCCESS\n$/)
  t.match(repeated.stderr, /5 of 5 calls/)
  t.equal(health.code, 0)
  t.match(health.stdout, '"status":"ready"')
})

async function serveTls(t: Test, options: Partial<ServeOptions>): Promise<URL> {
  const server = await startServer({ ...defaults, port: 0, watch: false, ...options }, pino({ level: 'silent' }))
  t.teardown(() => server.close())
  return new URL(server.url)
}

t.test('cancel and health work over HTTPS, with client certificates too', async (t) => {
  const server = tlsFiles('server')
  const tls = ['--tls-cert', server.cert, '--tls-key', server.key]
  const url = await serveTls(t, { tlsCert: server.cert, tlsKey: server.key })
  const demanding = await serveTls(t, { tlsCert: server.cert, tlsKey: server.key, tlsCa: server.cert })
  const to = ({ hostname, port }: URL) => ['--host', hostname, '--port', port]
  const trusted = await runInside(['cancel', '--url', url.origin, '--tls-ca', server.cert])
  const untrusted = await runInside(['cancel', '--url', url.origin])
  const insecure = await runInside(['cancel', '--url', url.origin, '--insecure'])
  const health = await runInside(['health', ...to(url)])
  const certified = await runInside(['health', ...to(demanding)], {
    MPP_SIM_TLS_CERT: server.cert,
    MPP_SIM_TLS_KEY: server.key,
  })
  const uncertified = await runInside(['health', ...to(demanding)])
  const cancelled = await runInside(['cancel', '--url', demanding.origin, '--tls-ca', server.cert, ...tls])
  t.equal(url.protocol, 'https:')
  t.equal(trusted.code, 0)
  t.match(trusted.stdout, 'the signature was not looked at: that needs --public-key')
  t.notMatch(trusted.stdout, 'content signed')
  t.equal(untrusted.code, 8)
  t.match(untrusted.stdout, 'no reply: self-signed certificate')
  t.equal(insecure.code, 0)
  t.equal(health.code, 0)
  t.equal(certified.code, 0)
  t.equal(uncertified.code, 1)
  t.match(uncertified.stderr, 'does not answer')
  t.equal(cancelled.code, 0)
})

t.test('wrong usage and wrong files are told apart', async (t) => {
  const notThere = join(dir, 'gone.pem')
  const cases: [args: string[], code: number, message: string][] = [
    [['cancel', '--url', 'localhost'], 2, 'It starts with http:// or https://'],
    [['cancel', '--url', 'http://'], 2, 'It starts with http:// or https://'],
    [['cancel', '--private-key', notThere], 3, `${notThere} cannot be read: ENOENT`],
    [['cancel', '--public-key', file('clients.yaml')], 3, 'clients.yaml is not a key'],
    [['serve', '--tls-cert', 'a.crt'], 2, '--tls-cert and --tls-key go together'],
    [['cancel', '--tls-key', 'a.key'], 2, '--tls-cert and --tls-key go together'],
    [['health', '--tls-cert', 'a.crt'], 2, '--tls-cert and --tls-key go together'],
    [['serve', '--tls-ca', 'a.crt'], 2, '--tls-ca needs --tls-cert and --tls-key'],
    [['serve', '--sign', 'sometimes'], 2, 'Allowed choices are auto, always, never.'],
    [['serve', '--clients', notThere], 3, `${notThere}:1:1 cannot be read`],
    [['serve', '--private-key', file('alipayplus-public.pem')], 3, 'is a public key, where a private one belongs'],
    [['health', '--port', '1'], 1, '127.0.0.1:1/readyz does not answer: connect ECONNREFUSED'],
  ]
  for (const [args, code, message] of cases) {
    const finished = await runInside(args)
    t.equal(finished.code, code, args.join(' '))
    t.ok(finished.stderr.includes(message), message)
  }
})

t.test('health says why a server is not ready, and finds it on all addresses', async (t) => {
  const server = createServer((_request, reply) => reply.writeHead(503).end('{"status":"not ready"}')).listen(
    0,
    '127.0.0.1',
  )
  t.teardown(() => server.close())
  await once(server, 'listening')
  const port = String((server.address() as AddressInfo).port)
  for (const host of ['0.0.0.0', '::', '127.0.0.1']) {
    const { code, stderr } = await runInside(['health', '--host', host, '--port', port])
    t.equal(code, 1)
    t.match(stderr, 'says 503: {"status":"not ready"}')
  }
  const { stderr } = await runInside(['health', '--host', '::1', '--port', port])
  t.match(stderr, `[::1]:${port}/readyz does not answer`)
})

/** What a call comes to when a server answers like this. */
async function outcomeOf(t: Test, answer: RequestListener, caller: Partial<Caller> = {}) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  t.teardown(() => server.closeAllConnections())
  t.teardown(() => server.close())
  await once(server, 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  const whole = { url, clientId, privateKey: alipayplus.privateKey, keyVersion: 1, publicKey: undefined, timeout: 5000 }
  const { outcome } = await callOnce({ ...whole, ...caller }, sampleRequest, 0)
  return outcome
}

t.test('a reply that the official SDKs would throw away is told from a result', async (t) => {
  const result = '{"result":{"resultCode":"SUCCESS","resultStatus":"S"}}'
  const publicKey = simulatorPair.publicKey
  t.match(await outcomeOf(t, (_request, reply) => reply.end(result)), { exitCode: 0, name: 'SUCCESS' })
  t.match(await outcomeOf(t, (_request, reply) => reply.writeHead(503).end(result)), { exitCode: 7, name: 'HTTP 503' })
  t.match(await outcomeOf(t, (_request, reply) => reply.end('{"result":')), { exitCode: 7, name: 'no result' })
  t.match(await outcomeOf(t, (_request, reply) => reply.end('{"result":{}}')), { exitCode: 7, name: 'no result' })
  t.match(await outcomeOf(t, (_request, reply) => reply.end(result), { publicKey }), {
    exitCode: 7,
    verdict: 'unverified: the reply is not signed; the official SDKs throw such a reply away',
  })
  const half: RequestListener = (_request, reply) => reply.setHeader('signature', 'x').end(result)
  t.match(await outcomeOf(t, half, { publicKey }), { exitCode: 7, name: 'unverified' })
})

t.test('a call without an answer ends with the reason', async (t) => {
  t.match(await outcomeOf(t, () => {}, { timeout: 50 }), { exitCode: 8, verdict: 'no reply: no answer within 0.05 s' })
  t.match(await outcomeOf(t, (request) => request.destroy()), { exitCode: 8, verdict: 'no reply: socket hang up' })
  const cut: RequestListener = (_request, reply) => {
    reply.writeHead(200, { 'content-length': '100' }).write('{')
    setImmediate(() => reply.destroy())
  }
  t.match(await outcomeOf(t, cut), { exitCode: 8, verdict: 'no reply: aborted' })
})
