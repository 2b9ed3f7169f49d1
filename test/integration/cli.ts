import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sampleRequest } from '../../src/protocol/cancel-payment.js'
import { makeKeyPair } from '../../src/protocol/keys.js'
import { version } from '../../src/server/version.generated.js'
import { cliCommand, ended, run, runInside, runPlain, said, serve, start } from '../fixtures/cli.js'

const publicKey = (await makeKeyPair()).publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

async function cancel(url: string, paymentRequestId: string) {
  const reply = await fetch(`${url}/v1/payments/cancelPayment`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/html' },
    body: JSON.stringify({ ...sampleRequest, paymentRequestId }),
  })
  const { result } = (await reply.json()) as { result: { resultCode: string } }
  return result.resultCode
}

t.test('serve: answers with the shipped scenarios, is ready, and ends with 0 on SIGTERM and SIGINT', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { running, url } = await serve(t)
    t.equal(await cancel(url, 'ACCESS_DENIED-1'), 'ACCESS_DENIED')
    t.same(await (await fetch(`${url}/livez`)).json(), { status: 'live' })
    t.same(await (await fetch(`${url}/readyz`)).json(), { status: 'ready', problems: [] })
    running.child.kill(signal)
    const { code, stderr, stdout } = await ended(running)
    t.equal(code, 0, signal)
    t.equal(stderr, '')
    t.match(stdout, /"resultCode":"ACCESS_DENIED"/, 'the log is whole')
    t.match(stdout, /"msg":"stopping"/)
  }
})

t.test('serve: takes up changed files, keeps the last good rules when a change is broken, and says so', async (t) => {
  const dir = t.testdir({ 'a.yaml': 'rules: [{ name: r, match: { paymentRequestId: "A*" }, reply: PROCESS_FAIL }]\n' })
  const { running, url } = await serve(t, ['--scenarios', dir])
  const fixed = await serve(t, ['--scenarios', dir], { MPP_SIM_NO_WATCH: 'true', MPP_SIM_STRICT_ACCEPT: 'false' })
  t.equal(await cancel(url, 'A1'), 'PROCESS_FAIL')
  writeFileSync(join(dir, 'a.yaml'), 'rules: [{ name: r, reply: SUCESS }]\n')
  await said(running, /the last good rules stay/)
  t.equal(await cancel(url, 'A2'), 'PROCESS_FAIL')
  const broken = await fetch(`${url}/readyz`)
  t.equal(broken.status, 200)
  t.match(await broken.json(), { status: 'ready', problems: [/a\.yaml:1:27 "SUCESS" .*did you mean SUCCESS/] })
  writeFileSync(join(dir, 'a.yaml'), 'rules: [{ name: r, reply: ACCESS_DENIED }]\n')
  await said(running, /loaded[\s\S]*loaded/)
  t.equal(await cancel(url, 'A3'), 'ACCESS_DENIED')
  t.equal(await cancel(url, 'A1'), 'PROCESS_FAIL', 'a final result stays')
  t.equal(await cancel(fixed.url, 'A3'), 'PROCESS_FAIL', 'with --no-watch a change waits for a restart')
  t.notMatch(fixed.running.stdout, /loaded[\s\S]*loaded/)
})

t.test('serve: cuts calls that do not end, and still ends with 0', async (t) => {
  const { running, url } = await serve(t)
  const hung = fetch(`${url}/v1/payments/cancelPayment`, {
    method: 'POST',
    body: new ReadableStream(),
    duplex: 'half',
  } as never)
  hung.catch(() => {})
  await cancel(url, 'x')
  running.child.kill('SIGTERM')
  t.equal((await ended(running)).code, 0)
  await t.rejects(hung)
})

t.test('serve: flags win over the environment, which wins over defaults', async (t) => {
  const env = { MPP_SIM_PORT: '1', MPP_SIM_LOG_LEVEL: 'trace', MPP_SIM_PATH: '/wallet/cancel' }
  const { url } = await serve(t, ['--path', '/other'], env)
  t.not(new URL(url).port, '1')
  t.match(await (await fetch(`${url}/other`)).json(), { result: { resultCode: 'METHOD_NOT_SUPPORTED' } })
  t.match(await (await fetch(`${url}/wallet/cancel`)).json(), { result: { resultCode: 'NO_INTERFACE_DEF' } })
  const fallback = await serve(t, [], { HOST: 'localhost' })
  t.match(fallback.url, /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/)
})

t.test('serve: logs for people', async (t) => {
  const running = start(['--port', '0', '--log-format', 'pretty', '--scenarios', t.testdir({})], { NO_COLOR: '' })
  t.teardown(() => running.child.kill('SIGKILL'))
  await said(running, /listening/)
  t.match(running.stdout, /INFO.*scenarios loaded/)
  t.match(running.stdout, /INFO.*no scenario files found there; the shipped ones are used/)
  running.child.kill('SIGTERM')
  t.equal((await ended(running)).code, 0)
})

t.test('serve: does not start with a wrong scenario file', async (t) => {
  const dir = t.testdir({ 'a.yaml': 'rules:\n  - nam: x\n    reply: OK\n', 'b.json': '{"rules": 1}' })
  const { code, stderr, stdout } = await runInside(['serve', '--port', '0', '--scenarios', dir])
  t.equal(code, 3)
  t.match(stderr, /a\.yaml:2:5 unknown key "nam" in a rule \(did you mean name\?\)\n/)
  t.match(stderr, /b\.json:1:11 1 is not a valid/)
  t.notMatch(stdout, /listening/)
})

t.test('serve: takes several scenario paths, and logs for people on a terminal', async (t) => {
  const dir = t.testdir({ 'a.yaml': 'rules: 1\n', 'b.yaml': 'rules: 2\n' })
  const paths = ['--scenarios', join(dir, 'a.yaml'), '--scenarios', join(dir, 'b.yaml')]
  t.match((await runInside(['serve', '--log-level', 'silent', ...paths])).stderr, /a\.yaml:1:8 [\s\S]*b\.yaml:1:8 /)
  const { isTTY } = process.stdout
  Object.assign(process.stdout, { isTTY: true })
  t.match((await runInside(['help', 'serve'])).stdout, /"json",\s+"pretty", default: "pretty"/)
  Object.assign(process.stdout, { isTTY })
})

t.test('serve: listens on IPv6', async (t) => {
  const { url } = await serve(t, ['--host', '::1'])
  t.match(url, /^http:\/\/\[::1\]:\d+$/)
  t.equal(await cancel(url, 'x'), 'SUCCESS')
})

t.test('serve: says why it cannot listen', async (t) => {
  const { url } = await serve(t)
  const { code, stderr } = await run(['serve', '--port', new URL(url).port])
  t.equal(code, 1)
  t.match(stderr, /EADDRINUSE.*127\.0\.0\.1.*take another port with --port 9000, or a free one with --port 0/)
  t.notMatch(stderr, /\n +at /, 'without a stack')
})

t.test('wrong usage ends with 2 and a hint', async (t) => {
  const cases = [
    [['--prot', '1'], /unknown option '--prot'[\s\S]*--port/],
    [['--journal-max', '999999999999'], /It is a whole number from 1 to 1000000\./],
    [['--ledger-max', '999999999999'], /It is a whole number from 1 to 100000000\./],
    [['--path', '/__admin/rules'], /The simulator itself answers there\./],
    [['sreve'], /unknown command "sreve" \(did you mean serve\?\)/],
    [['./scenarios'], /"\.\/scenarios" is no command; serve it with --scenarios \.\/scenarios/],
    [['serve', 'scenarios'], /serve it with --scenarios scenarios/],
    [['--port', 'x'], /A port is a whole number from 0 to 65535/],
    [['--port', '65536'], /65535/],
    [['--path', 'v1'], /A path starts with \//],
    [['--ledger-max', '0'], /whole number from 1/],
    [['--log-level', 'loud'], /Allowed choices are/],
  ] as const
  for (const [args, message] of cases) {
    const { code, stderr } = await runInside(args)
    t.equal(code, 2, args.join(' '))
    t.match(stderr, message, args.join(' '))
  }
  const service = await runInside(['health'], { MPP_SIM_PORT: 'tcp://10.0.0.1:8080' })
  t.match(service.stderr, /Kubernetes sets that for a Service: set enableServiceLinks to false/)
  const wrongPort = await runInside(['health'], { PORT: 'x' })
  t.equal(wrongPort.code, 2)
})

t.test('a variable that is not known is told, with the one that was meant', async (t) => {
  const env = { MPP_SIM_PROT: '1', MPP_SIM_QQQQQQQQ: '', MPP_SIM_SERVICE_HOST: 'x', MPP_SIM_PORT_8080_TCP: 'x' }
  const { code, stderr } = await runInside(['check'], env)
  t.equal(code, 0)
  t.equal(
    stderr,
    'warning: the variable MPP_SIM_PROT is not known (did you mean MPP_SIM_PORT?)\n' +
      'warning: the variable MPP_SIM_QQQQQQQQ is not known\n',
  )
  t.equal((await runInside(['check'], { MPP_SIM_NO_WATCH: 'false' })).stderr, '', 'one that is off is known, too')
})

t.test('the message for a file that is not there names the option', async (t) => {
  const gone = join(t.testdir(), 'gone.pem')
  const serve = ['serve', '--port', '0', '--log-level', 'silent']
  const cases: [args: string[], flag: string][] = [
    [[...serve, '--tls-cert', gone, '--tls-key', gone], '--tls-cert'],
    [[...serve, '--private-key', gone], '--private-key'],
    [['cancel', '--public-key', gone], '--public-key'],
    [['health', '--tls-ca', gone], '--tls-ca'],
  ]
  for (const [args, flag] of cases) {
    const { code, stderr } = await runInside(args)
    t.equal(code, 3, flag)
    t.match(stderr, `gone.pem' (${flag})`)
  }
})

t.test('a reader that has seen enough is no error', async (t) => {
  const running = start(['openapi'])
  running.child.stdout?.destroy()
  t.match(await ended(running), { code: 0, stderr: '' })
})

const noFullDisk = !existsSync('/dev/full') && 'this system has no /dev/full'

t.test('output that a full disk does not take ends with the reason', { skip: noFullDisk }, async (t) => {
  const full = openSync('/dev/full', 'w')
  t.teardown(() => closeSync(full))
  for (const args of [['schema'], ['openapi']]) {
    const said = join(t.testdir({}), 'stderr')
    const stderr = openSync(said, 'w')
    const [program, ...options] = cliCommand
    const child = spawn(program, [...options, ...args], { stdio: ['ignore', full, stderr] })
    const [code] = await once(child, 'exit')
    closeSync(stderr)
    t.equal(
      readFileSync(said, 'utf8'),
      'mpp-sim: the output cannot be written: ENOSPC: no space left on device, write\n',
    )
    t.equal(code, 1)
  }
})

t.test('help teaches, and version says which', async (t) => {
  const help = await runInside(['--help'])
  t.equal(help.code, 0)
  for (const text of ['Examples:', 'Exit codes:', 'serve', 'check', 'schema', 'openapi', 'health'])
    t.match(help.stdout, text)
  const serveHelp = await runInside(['help', 'serve'])
  t.match(serveHelp.stdout, /--scenarios <paths>(?:(?! {2}--)[\s\S])*MPP_SIM_SCENARIOS/)
  t.equal((await runInside(['--version'])).stdout, `${version}\n`)
})

t.test('check: reports mistakes and warnings by place, and sums up', async (t) => {
  const shipped = await runInside(['check'])
  t.equal(shipped.code, 0)
  t.match(shipped.stdout, /^2 files, \d+ rules, 0 errors, 0 warnings\n$/)
  const dir = t.testdir({
    'good.yaml': 'rules:\n  - { name: all, reply: SUCCESS }\n  - { name: never, reply: PROCESS_FAIL }\n',
    'bad.yaml': 'rules:\n  - { name: x, reply: SUCESS }\n',
  })
  const warned = await runInside(['check', join(dir, 'good.yaml')])
  t.equal(warned.code, 0)
  t.match(warned.stdout, /good\.yaml:3:5 warning: "good\/never" can never be reached/)
  const wrong = await runInside(['check', dir])
  t.equal(wrong.code, 3)
  t.match(wrong.stdout, /bad\.yaml:2:23 "SUCESS" is not a result code \(did you mean SUCCESS\?\)\n/)
  t.match(wrong.stdout, /\n2 files, 2 rules, 1 error, 0 warnings\n$/)
  const missing = await runInside(['check', join(dir, 'none')])
  t.equal(missing.code, 3)
  t.match(missing.stdout, /none:1:1 cannot be read: ENOENT/)
})

t.test('check: fails on a folder in which there is nothing to check', async (t) => {
  for (const content of [{}, { 'a.yml.txt': '' }, { deeper: { 'a.yaml': 'rules: []' } }]) {
    const { code, stdout } = await runInside(['check', t.testdir(content)])
    t.equal(code, 3)
    t.match(stdout, /:1:1 no scenario files are here: .*\n0 files, 0 rules, 1 error, 0 warnings\n$/)
  }
})

t.test('check: passes on an empty folder where that is permitted', async (t) => {
  const { code, stdout } = await runInside(['check', '--allow-empty', t.testdir({})])
  t.equal(code, 0)
  t.equal(stdout, '0 files, 0 rules, 0 errors, 0 warnings\n')
})

t.test('check: fails on warnings where it is to be strict, and prints for programs', async (t) => {
  const text = 'rules:\n  - { name: all, reply: SUCCESS }\n  - { name: never, reply: PROCESS_FAIL }\n'
  const bad = 'rules:\n  - { name: x, reply: "50%" }\n'
  const dir = t.testdir({ 'a,b.yaml': text, 'bad.yaml': bad })
  const check = (...args: string[]) => runInside(['check', ...args])
  t.equal((await check('--strict', join(dir, 'a,b.yaml'))).code, 3)
  const json = await check('--format', 'json', join(dir, 'a,b.yaml'))
  t.equal(json.code, 0)
  t.match(JSON.parse(json.stdout), { passed: true, errors: [], warnings: [{ line: 3, column: 5 }] })
  const github = await check('--format', 'github', dir)
  t.match(github.stdout, /^::error file=.*bad\.yaml,line=2,col=23::"50%25" is not a result code/)
  const strict = await check('--strict', '--format', 'github', join(dir, 'a,b.yaml'))
  t.match(strict.stdout, /^::warning file=.*a%2Cb\.yaml,line=3,col=5::"a,b\/never" can never be reached/)
  t.match(strict.stdout, /\n1 file, 2 rules, 0 errors, 1 warning\n$/)
})

t.test('check: builtin and acceptance name the files that come with the simulator', async (t) => {
  const { code, stdout } = await runInside(['check', '--strict', 'builtin', 'acceptance'])
  t.equal(code, 0)
  t.match(stdout, /^3 files, /)
})

t.test('scenarios may be a list, as a variable can be given only once', async (t) => {
  const dir = t.testdir({
    'own.yaml': 'rules: [{ name: mine, match: { paymentRequestId: "MINE-*" }, reply: PROCESS_FAIL }]',
  })
  const explain = async (id: string, env: NodeJS.ProcessEnv) =>
    (await runInside(['explain', '--payment-request-id', id], env)).stdout
  const env = { MPP_SIM_SCENARIOS: `builtin, acceptance,${dir}` }
  t.match(await explain('MINE-1', env), /own\/mine/)
  t.match(await explain('RETRY-1', env), /20-unhappy-paths\//)
  t.match(await explain('ACCEPT-02-x', env), /acceptance\/02 unknown, then success/)
  t.notMatch(await explain('RETRY-1', { MPP_SIM_SCENARIOS: dir }), /20-unhappy-paths\//)
  t.match(await runInside(['explain', '--payment-request-id', 'X', '--scenarios', 'a,,b']), { code: 2 })
})

t.test('check: a clients file is checked as one', async (t) => {
  const dir = t.testdir({
    'good.yaml': `clients: [{ clientId: A, publicKeys: { 1: ${publicKey} } }, { clientId: B, publicKeys: { 1: ${publicKey} } }]`,
    'bad.yaml': 'clients: [{ clientId: A, publicKeys: { 1: gone.pem }, pspID: X }]',
    'rules.yaml': 'rules: [{ name: x, reply: SUCCESS }]',
    'broken.yaml': 'clients: [',
  })
  const check = (...names: string[]) => runInside(['check', ...names.map((name) => join(dir, name))])
  t.match(await check('good.yaml'), { code: 0, stdout: '1 file, 2 clients, 0 errors, 0 warnings\n' })
  t.match(await check('rules.yaml', 'good.yaml'), {
    code: 0,
    stdout: '2 files, 1 rule, 2 clients, 0 errors, 0 warnings\n',
  })
  const bad = await check('bad.yaml')
  t.equal(bad.code, 3)
  t.match(bad.stdout, /bad\.yaml:1:\d+ unknown key "pspID" in a client \(did you mean pspIds?\?\)/)
  t.equal((await check('broken.yaml')).code, 3)
})

t.test('schema and openapi print what is committed', async (t) => {
  t.equal((await runInside(['schema'])).stdout, readFileSync('openapi/scenario.schema.json', 'utf8'))
  t.equal((await runInside(['openapi'])).stdout, readFileSync('openapi/openapi.json', 'utf8'))
  t.equal((await runInside(['openapi', '--format', 'yaml'])).stdout, readFileSync('openapi/openapi.yaml', 'utf8'))
  const withPath = JSON.parse((await runInside(['openapi', '--path', '/x/cancel'])).stdout)
  t.ok('/x/cancel' in withPath.paths)
})

t.test('health: tells by its exit code whether a server is ready', async (t) => {
  const { running, url } = await serve(t, ['--host', '0.0.0.0'])
  const { port } = new URL(url)
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const ready = await runInside(['health', '--host', host, '--port', port])
    t.same([ready.code, JSON.parse(ready.stdout).status], [0, 'ready'], host)
  }
  running.child.kill('SIGTERM')
  await ended(running)
  const gone = await runInside(['health', '--port', port])
  t.equal(gone.code, 1)
  t.match(gone.stderr, /127\.0\.0\.1:\d+\/readyz does not answer: .*ECONNREFUSED/)
  t.match((await runInside(['health', '--host', '::1', '--port', '9'])).stderr, /\[::1\]:9\//)
})

t.test('health: is not content with another server', async (t) => {
  const { createServer } = await import('node:http')
  const other = createServer((_request, response) => response.writeHead(503).end('{"status":"not ready"}')).listen(
    0,
    '127.0.0.1',
  )
  t.teardown(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const { code, stderr } = await runInside(['health', '--port', String(port)])
  t.equal(code, 1)
  t.match(stderr, /says 503: .*not ready/)
})

t.test('the built command works from any folder', async (t) => {
  const command = [...cliCommand, 'explain', '--payment-request-id', 'PROCESS_FAIL-1'] as const
  const { stdout } = await runPlain(command, { cwd: t.testdir() })
  t.match(stdout, 'PROCESS_FAIL')
})
