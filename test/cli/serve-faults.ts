import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { allowHostOption, parseCountTo, parseId } from '../../src/cli/option.js'
import { rateLimitOption } from '../../src/cli/rate-limit-option.js'
import { cliCommand, run } from '../fixtures/cli.js'
import { callFor, callOnce, dial } from '../fixtures/wire.js'

const scenarios = `rules:
  - { name: hang, match: { paymentRequestId: "hang" }, reply: { resultCode: SUCCESS, fault: no-reply } }
  - { name: late, match: { paymentRequestId: "late" }, reply: { resultCode: SUCCESS, delay: 3600s } }
  - { name: slow, match: { paymentRequestId: "slow" }, reply: { resultCode: SUCCESS, fault: slow-body, delay: 3600s } }
`

/** Starts the server as a process of its own; it has stopped when its exit code is there. */
async function serve(t: Test, ...args: string[]) {
  const [program, ...options] = cliCommand
  const server = spawn(program, [...options, '--port', '0', '--log-format', 'json', ...args])
  t.teardown(() => server.kill('SIGKILL'))
  const lines: Record<string, unknown>[] = []
  const isLogged = async (isMeant: (line: Record<string, unknown>) => boolean) => {
    while (!lines.some(isMeant)) await once(output, 'line')
  }
  const output = createInterface(server.stdout).on('line', (line) => lines.push(JSON.parse(line)))
  await isLogged(({ msg }) => msg === 'listening')
  const { port } = new URL(String(lines.find(({ msg }) => msg === 'listening')?.url))
  return { server, isLogged, target: { port: Number(port), secure: false } }
}

t.test('a rate limit in words that it does not know is refused with words that teach', async (t) => {
  for (const wrong of ['20', '0/s', '20/d', '1.5/s', '/s', '-1/m', '99999999999999999999/s', '20/s '])
    t.throws(() => rateLimitOption().parseArg?.(wrong, undefined), /20\/s is 20 calls a second/, wrong)
  const { code, stderr } = await run(['--rate-limit', '20'])
  t.equal(code, 2)
  t.match(stderr, "'--rate-limit <limit>' argument '20' is invalid. A limit is a whole number from 1")
})

t.test('a rate limit is a number of calls in a second, a minute or an hour', async (t) => {
  t.strictSame(rateLimitOption().parseArg?.('20/s', undefined), { calls: 20, seconds: 1 })
  t.strictSame(rateLimitOption().parseArg?.('100/m', undefined), { calls: 100, seconds: 60 })
  t.strictSame(rateLimitOption().parseArg?.('5/h', undefined), { calls: 5, seconds: 3600 })
})

t.test('--rate-limit holds for clients of the server', async (t) => {
  const { target } = await serve(t, '--rate-limit', '1/h')
  t.match((await callOnce(target, 'SUCCESS-1')).body, '"SUCCESS"')
  t.match(await callOnce(target, 'SUCCESS-1'), {
    body: '"REQUEST_TRAFFIC_EXCEED_LIMIT"',
    headers: { 'x-sim-reason': 'the limit is 1 in 3600 s for the address 127.0.0.1' },
  })
})

t.test('SIGTERM does not wait for calls that hang, are delayed or dribble', async (t) => {
  const folder = t.testdir({ 'all.yaml': scenarios })
  const { server, isLogged, target } = await serve(t, '--scenarios', folder)
  const wires = []
  for (const id of ['hang', 'late', 'slow']) {
    const wire = await dial(target)
    wire.send(callFor(id))
    wires.push(wire)
  }
  await isLogged(({ rule }) => rule === 'all/slow')
  await isLogged(({ rule }) => rule === 'all/hang')
  await callOnce(target, 'plain')
  server.kill('SIGTERM')
  const [code, signal] = await once(server, 'exit')
  t.equal(code, 0)
  t.equal(signal, null)
  for (const { end } of wires) t.match(await end, /closed|reset/)
})

t.test('options that have bounds take what is within them', async (t) => {
  t.equal(parseId('A'), 'A')
  t.equal(parseCountTo(5)('5'), 5)
  t.same(allowHostOption().parseArg?.('mpp.example', []), ['mpp.example'])
})

t.test('--allow-host names hosts that a browser may know the control API by, and teaches what a name is', async (t) => {
  const { code, stderr } = await run(['--allow-host', 'http://mpp.example'])
  t.equal(code, 2)
  t.match(stderr, 'It is a name without scheme, port and path, such as mpp.example.')

  const { target } = await serve(t, '--allow-host', 'mpp.example', '--allow-host', '[2001:db8::1]')
  const statusFor = async (host: string) => {
    const sent = get({ port: target.port, path: '/__admin/rules', headers: { host } })
    const [{ statusCode }] = await once(sent, 'response')
    return statusCode
  }
  t.equal(await statusFor('mpp.example'), 200)
  t.equal(await statusFor('[2001:db8::1]:443'), 200)
  t.equal(await statusFor('other.example'), 403)
})
