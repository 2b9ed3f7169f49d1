import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { type GivenOptions, withDefaults } from '../../src/server/options.js'
import { startServer } from '../../src/server/server.js'
import { runInside } from '../fixtures/cli.js'
import { lintOpenapi } from '../fixtures/openapi.js'

async function serve(t: Test, options: GivenOptions): Promise<string> {
  const server = await startServer(withDefaults({ port: 0, watch: false, ...options }), pino({ level: 'silent' }))
  t.teardown(() => server.close())
  return server.url
}

t.test('cancel sends what an acquirer would, to where its SDK would', async (t) => {
  const dir = join(t.testdir(), 'keys')
  t.equal((await runInside(['keygen', dir])).code, 0)
  t.match(readFileSync(join(dir, 'alipayplus-private-pkcs1.pem'), 'utf8'), /^-----BEGIN RSA PRIVATE KEY-----/)
  const [clients, privateKey] = [join(dir, 'clients.yaml'), join(dir, 'simulator-private.pem')]
  const url = await serve(t, { profile: 'all', clients, privateKey })
  const keys = ['--private-key', join(dir, 'alipayplus-private-pkcs1.pem')]
  const signed = ['cancel', '--url', url, ...keys, '--public-key', join(dir, 'simulator-public.pem')]
  const sent = async (...args: string[]) => {
    const { code, stdout } = await runInside([...signed, ...args])
    const [, path] = /^> POST (.*)$/m.exec(stdout) ?? []
    const [, body = ''] = /^(\{"(?!result).*)$/m.exec(stdout) ?? []
    t.match(stdout, /SUCCESS \(S\): the payment is cancelled; the signature is valid/)
    return [code, path, JSON.parse(body)]
  }
  const aps = '/aps/api/v1/payments/cancelPayment'
  const sandbox = '/ams/sandbox/api/v1/payments/cancel'
  t.match(await sent('--profile', 'acqp'), [0, aps, { paymentRequestId: /^CANCEL-\d+-1$/ }])
  t.strictSame(await sent('--profile', 'acqp', '--payment-id', 'P'), [0, aps, { paymentId: 'P' }])
  const both = ['--payment-id', 'P{n}', '--payment-request-id', 'R{n}']
  t.strictSame(await sent('--profile', 'ams', ...both), [0, sandbox, { paymentId: 'P1', paymentRequestId: 'R1' }])
  t.strictSame(await sent('--profile', 'ams', '--namespace', 'a', '--payment-id', 'P'), [
    0,
    `/ns/a${sandbox}`,
    { paymentId: 'P' },
  ])
  const [, path, body] = await sent('--payment-request-id', 'R', '--payment-id', 'ignored')
  t.same([path, Object.keys(body)], [aps, ['acquirerId', 'pspId', 'paymentRequestId']])
})

t.test('a client that is not of the sandbox calls AMS in production', async (t) => {
  const url = await serve(t, { profile: 'acqp' })
  const args = ['cancel', '--url', url, '--profile', 'ams', '--client-id', 'C']
  const { stdout } = await runInside(args)
  t.match(stdout, '> POST /ams/api/v1/payments/cancel\n')
  const whole = await runInside([...args, '--url', `${url}/ns/b/ams/sandbox/api/v1/payments/cancel`])
  t.match(whole.stdout, '> POST /ns/b/ams/sandbox/api/v1/payments/cancel\n')
  const odd = await runInside(['cancel', '--url', await serve(t, {}), '--profile', 'ams'])
  t.equal(odd.code, 5)
  t.match(odd.stdout, /x-sim-reason: .*start with --profile acqp/)
})

t.test('explain takes the words of acquirers', async (t) => {
  const file = join(t.testdir(), 'rules.yaml')
  const rule = (name: string, match: string) => `  - { name: ${name}, match: ${match}, reply: PROCESS_FAIL }\n`
  writeFileSync(file, `rules:\n${rule('key', '{ paymentRequestId: K }')}${rule('id', '{ paymentId: P }')}`)
  const explain = async (...args: string[]) => {
    const { code, stdout, stderr } = await runInside(['explain', '--scenarios', file, '--format', 'json', ...args])
    return code === 0 ? JSON.parse(stdout).rule : stderr
  }
  t.equal(await explain('--profile', 'acqp', '--payment-id', 'K'), 'rules/key')
  t.equal(await explain('--profile', 'acqp', '--payment-request-id', 'R', '--payment-id', 'P'), 'rules/id')
  t.equal(await explain('--profile', 'ams', '--payment-request-id', 'K', '--payment-id', 'P'), 'rules/id')
  t.equal(await explain('--profile', 'ams', '--payment-id', 'P'), 'rules/id')
  t.equal(await explain('--profile', 'ams', '--payment-request-id', 'K'), 'rules/key')
  t.equal(await explain('--payment-request-id', 'R', '--payment-id', 'P'), null, 'Alipay+ names no paymentId')
  t.match(await explain('--profile', 'ams'), 'name the payment')
  t.match(await explain('--payment-id', 'P'), 'name the payment: --payment-request-id or, of an acquirer, --payment-id')
})

t.test('check finds codes of AMS where no acquirer is served', async (t) => {
  const file = join(t.testdir(), 'rules.yaml')
  writeFileSync(
    file,
    'rules:\n  - name: a\n    reply: [UNKNOWN_EXCEPTION, { resultCode: ORDER_NOT_EXIST, delay: 1s }]\n',
  )
  const { code, stdout } = await runInside(['check', file])
  t.equal(code, 3)
  t.match(
    stdout,
    `${file}:3:46 ORDER_NOT_EXIST is a code of AMS, which acquirers call, and only the calls of Alipay+ to`,
  )
  t.equal((await runInside(['check', '--profile', 'acqp', file])).code, 0)
  t.equal((await runInside(['check', file], { MPP_SIM_PROFILE: 'all' })).code, 0)
  const odd = await runInside(['serve', '--profile', 'acqp', '--psp-id', '', '--port', '0'])
  t.match(odd.stderr, 'An id has 1 to 64 characters.')
})

t.test('the OpenAPI document shows what is served, and is valid in the eyes of another tool', async (t) => {
  const dir = t.testdir()
  const files = []
  for (const [profile, paths, shape] of [
    ['acqp', 4, 'AcqpCancelPaymentRequest'],
    ['all', 4, 'AnyCancelPaymentRequest'],
    ['mpp', 2, 'CancelPaymentRequest'],
  ] as const) {
    const { stdout } = await runInside(['openapi', '--profile', profile])
    const document = JSON.parse(stdout)
    const payments = Object.entries<{ post?: Record<string, never> }>(document.paths).filter(
      ([path]) => !path.startsWith('/__admin'),
    )
    t.equal(payments.length, paths)
    t.match(JSON.stringify(payments[0]), `"title":"${shape}"`)
    const file = join(dir, `${profile}.json`)
    writeFileSync(file, stdout)
    files.push(file)
  }
  await t.resolves(lintOpenapi(files))
})
