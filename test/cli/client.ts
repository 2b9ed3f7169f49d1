import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { reasonOf, send } from '../../src/cli/send.js'
import { apiUrlOf, parseServerAddress } from '../../src/cli/server-address.js'
import { cancelPaymentPaths } from '../../src/protocol/cancel-payment.js'
import { type GivenOptions, withDefaults } from '../../src/server/options.js'
import { startServer } from '../../src/server/server.js'
import { run, runInside } from '../fixtures/cli.js'
import { tlsFiles } from '../fixtures/tls.js'

const dir = t.testdir()
const certificate = tlsFiles('server')
const files = { tlsCert: certificate.cert, tlsKey: certificate.key }
const ownTls = { MPP_SIM_TLS_CERT: certificate.cert, MPP_SIM_TLS_KEY: certificate.key }
const commands = [['health'], ['cancel'], ['report', '--fail-on', 'none']]

async function startHere(t: Test, options: GivenOptions = {}): Promise<URL> {
  const given = { port: 0, watch: false, ...options }
  const server = await startServer(withDefaults(given), pino({ level: 'silent' }))
  t.teardown(() => server.close())
  return new URL(server.url)
}

/** Their exit codes and what they print, by command. */
async function runEach(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const codes: Record<string, number | null> = {}
  let output = ''
  for (const command of commands) {
    const { code, stdout, stderr } = await runInside([...command, ...args], env)
    codes[command[0] ?? ''] = code
    output += stdout + stderr
  }
  return { codes, output }
}

t.test('every command calls the server of this machine, where its variables say that it listens', async (t) => {
  const { port } = await startHere(t)
  const allFine = { health: 0, report: 0, cancel: 0 }
  t.strictSame((await runEach([], { MPP_SIM_PORT: port })).codes, allFine)
  t.strictSame((await runEach([], { MPP_SIM_HOST: '0.0.0.0', MPP_SIM_PORT: port })).codes, allFine)
  t.strictSame((await runEach([], { HOST: '127.0.0.1', PORT: port })).codes, allFine, 'as in the image')
  t.strictSame((await runEach(['--port', port], { MPP_SIM_PORT: '1' })).codes, allFine, 'a flag wins')
  t.strictSame((await runEach([], { MPP_SIM_URL: `http://127.0.0.1:${port}/`, MPP_SIM_PORT: '1' })).codes, allFine)
  t.strictSame((await runEach(['--port', '1'])).codes, { health: 1, report: 1, cancel: 8 })
})

t.test('every command finds the server of this machine over HTTPS by the variables of serve', async (t) => {
  const plain = await startHere(t, files)
  const demanding = await startHere(t, { ...files, tlsCa: certificate.cert })
  const allFine = { health: 0, report: 0, cancel: 0 }
  t.strictSame((await runEach([], { ...ownTls, MPP_SIM_PORT: plain.port })).codes, allFine)
  const server = { ...ownTls, MPP_SIM_TLS_CA: certificate.cert, MPP_SIM_PORT: demanding.port }
  t.strictSame((await runEach([], server)).codes, allFine)
  t.strictSame((await runEach(['--insecure', '--port', plain.port])).codes, allFine)
  t.strictSame((await runEach(['--tls-ca', certificate.cert, '--port', plain.port])).codes, allFine)
  const other = tlsFiles('client')
  const distrusted = await runEach(['--tls-ca', other.cert, '--port', plain.port])
  t.strictSame(distrusted.codes, { health: 1, report: 1, cancel: 8 }, 'what is said on the command line is meant')
  const { port } = plain
  t.equal((await runInside(['health', '--port', port])).code, 0, 'also where only flags of serve turned HTTPS on')
  t.equal((await runInside(['report', '--port', port])).code, 0)
})

t.test('every command verifies a server that --url names', async (t) => {
  const { origin } = await startHere(t, files)
  const allFine = { health: 0, report: 0, cancel: 0 }
  const untrusted = await runEach(['--url', origin])
  t.strictSame(untrusted.codes, { health: 1, report: 1, cancel: 8 })
  t.equal(untrusted.output.match(/self-signed certificate/g)?.length, 3)
  t.strictSame((await runEach(['--url', origin, '--insecure'])).codes, allFine)
  t.strictSame((await runEach(['--url', origin], { MPP_SIM_TLS_CA: certificate.cert })).codes, allFine)
})

t.test('a certificate without its key is wrong usage', async (t) => {
  t.strictSame((await runEach(['--tls-cert', certificate.cert])).codes, { health: 2, report: 2, cancel: 2 })
  t.strictSame((await runEach(['--tls-key', join(dir, 'x')])).codes, { health: 2, report: 2, cancel: 2 })
})

t.test('a server that demands a certificate gets an answer for it: a reason, each time', async (t) => {
  const { origin } = await startHere(t, { ...files, tlsCa: certificate.cert })
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => run(['report', '--url', origin, '--tls-ca', certificate.cert])),
  )
  for (const { code, stderr } of runs) {
    t.equal(code, 1)
    t.match(stderr, /\/__admin\/report\?tooFast=100ms does not answer with a report: ./)
  }
})

t.test('a namespace is meant by --namespace, or by the address', async (t) => {
  const { origin, port } = await startHere(t)
  const report = async (...args: string[]) =>
    JSON.parse((await runInside(['report', '--fail-on', 'none', '--format', 'json', ...args])).stdout).calls
  t.equal((await runInside(['cancel', '--port', port, '--namespace', 'a'])).code, 0)
  t.equal((await runInside(['cancel', '--url', `${origin}/ns/a`])).code, 0)
  t.equal((await runInside(['cancel', '--url', `${origin}/ns/b/v1/payments/cancelPayment`])).code, 0)
  t.equal(await report('--url', `${origin}/ns/a/`), 2)
  t.equal(await report('--url', `${origin}/ns/a`, '--namespace', 'b'), 1, 'the option wins')
  t.equal(await report('--url', `${origin}/ns/b/v1/payments/cancelPayment`), 1, 'an address for callers will do')
  t.equal(await report('--port', port), 0)
  const { code, stderr } = await runInside(['report', '--namespace', 'a b'])
  t.equal(code, 2)
  t.match(stderr, 'A namespace is named with 1 to 64 letters, digits, _ and -.')
})

t.test('an address is taken as bare, as that of a namespace, of the API, or of a path of its own', async (t) => {
  const [standard, short] = cancelPaymentPaths
  const cases: [address: string, api: string][] = [
    ['http://a', `http://a${standard}`],
    ['https://a:1/', `https://a:1${standard}`],
    ['http://a/ns/x/', `http://a/ns/x${standard}`],
    [`http://a${short}?q=1`, `http://a${short}?q=1`],
    [`http://a/proxy/ns/x${short}`, `http://a/proxy/ns/x${short}`],
    ['http://a/wallet/cancel?q', 'http://a/wallet/cancel?q'],
  ]
  for (const [address, api] of cases) t.equal(apiUrlOf(parseServerAddress(address)).href, api, address)
  const inNamespace = apiUrlOf({ ...parseServerAddress('http://a/wallet/cancel?q'), namespace: 'x' })
  t.equal(inNamespace.href, 'http://a/ns/x/wallet/cancel?q')
})

t.test('a request without a whole answer ends with the reason', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const ask = (timeout: number) => send({ url: `http://127.0.0.1:${port}`, method: 'GET', timeout })
  await t.rejects(ask(20), { message: 'no answer within 0.02 s' })
  silent.close()
  await once(silent, 'close')
  await t.rejects(ask(60_000), { code: 'ECONNREFUSED' })
})

t.test('the reason is that of OpenSSL, the message or, where there is none, the code', async (t) => {
  const error = (fields: object) => Object.assign(new Error(''), { code: 'E' }, fields)
  t.equal(reasonOf(error({ message: 'm', reason: 'r' })), 'r')
  t.equal(reasonOf(error({ message: 'm' })), 'm')
  t.equal(reasonOf(error({})), 'E', 'as where a name has several addresses, none of which answers')
})
