import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ended, type Running, run, runInside, said, serve, start, stop } from '../fixtures/cli.js'
import { skipSlow } from '../fixtures/programs.js'
import { skipRedis, startRedis } from '../fixtures/redis.js'

t.setTimeout(120_000)

const rule = (resultCode: string) => `rules: [ { name: only, reply: ${resultCode} } ]\n`

/** Each call has a connection of its own, so that it may come to any worker. */
const headers = { connection: 'close' }

async function cancel(url: string, paymentRequestId: string): Promise<string> {
  const reply = await fetch(`${url}/v1/payments/cancelPayment`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ acquirerId: '1', pspId: '2', paymentRequestId }),
  })
  return ((await reply.json()) as { result: { resultCode: string } }).result.resultCode
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const reply = await fetch(url, { headers })
  return { status: reply.status, text: await reply.text() }
}

/** Asks until the answer is as it should be. A worker that has just ended may leave a call without one. */
async function until(url: string, isSo: (got: { status: number; text: string }) => boolean) {
  for (;;) {
    const got = await get(url).catch(() => undefined)
    if (got !== undefined && isSo(got)) return got
    await setTimeout(20)
  }
}

const linesOf = ({ stdout }: Running) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** What all lines with a message say of their worker. */
const workersThatSaid = (running: Running, msg: string) =>
  linesOf(running).flatMap((line) => (line.msg === msg ? [line.worker] : []))

async function startWorkers(t: Test, count: number, ...args: string[]) {
  const redis = await startRedis(t)
  const folder = t.testdir({ 'all.yaml': rule('SUCCESS') })
  const file = join(folder, 'all.yaml')
  const options = ['--workers', String(count), '--store', redis.url, '--scenarios', folder, ...args]
  const { running, url } = await serve(t, options)
  const [listening] = linesOf(running).filter(({ msg }) => msg === 'listening')
  return { running, url, file, redis, pids: listening?.workers as number[] }
}

t.test('workers behind one port are one server', { skip: skipSlow || skipRedis }, async (t) => {
  const { running, url, file, pids } = await startWorkers(t, 3)

  await t.test('it is ready when all are, and says once what all would say', async (t) => {
    t.match(await get(`${url}/readyz`), { status: 200, text: '{"status":"ready","problems":[]}' })
    t.equal(new Set(pids).size, 3)
    t.notOk(pids.includes(Number(running.child.pid)))
    t.strictSame(workersThatSaid(running, 'listening'), [undefined])
    t.strictSame(workersThatSaid(running, 'scenarios loaded'), [1])
  })

  await t.test('all of them answer, from one memory, and their log is one', async (t) => {
    for (let call = 0; new Set(workersThatSaid(running, 'answered')).size < 3; call++)
      t.equal(await cancel(url, `spread-${call}`), 'SUCCESS')
    await Promise.all(Array.from({ length: 12 }, () => cancel(url, 'same')))
    t.match(JSON.parse((await get(`${url}/__admin/ledger/same`)).text), { attempts: 12 })
  })

  await t.test('metrics are those of all, and what they share is counted once', async (t) => {
    const { total } = JSON.parse((await get(`${url}/__admin/requests?limit=0`)).text)
    for (let time = 0; time < 3; time++) {
      const { text } = await get(`${url}/metrics`)
      t.match(text, `mpp_sim_requests_total{result_code="SUCCESS",file="all",profile="mpp"} ${total}\n`)
      t.match(text, `mpp_sim_request_duration_seconds_bucket{le="+Inf"} ${total}\n`)
      t.match(text, `mpp_sim_journal_entries ${total}\n`)
      t.match(text, 'mpp_sim_ledger_entries Nan\n')
      t.match(text, 'mpp_sim_log_lines_dropped_total 0\n')
      t.match(text, /^process_resident_memory_bytes \d+$/m)
    }
  })

  await t.test('they sign with one key', async (t) => {
    const keys = await Promise.all(Array.from({ length: 9 }, () => get(`${url}/__admin/public-key`)))
    t.equal(new Set(keys.map(({ text }) => text)).size, 1)
    t.match(keys[0]?.text, 'BEGIN PUBLIC KEY')
  })

  await t.test('a change of a scenario file is in force with all of them', async (t) => {
    writeFileSync(file, rule('SUCESS'))
    await until(`${url}/readyz`, ({ text }) => text.includes('SUCESS'))
    t.match(await until(`${url}/metrics`, ({ text }) => text.includes('reloads_failed_total 1\n')), { status: 200 })
    writeFileSync(file, rule('PROCESS_FAIL'))
    for (let call = 0, inARow = 0; inARow < 9; call++)
      inARow = (await cancel(url, `changed-${call}`)) === 'PROCESS_FAIL' ? inARow + 1 : 0
    await said(running, /"worker":1,[^\n]*"msg":"scenarios loaded"[\s\S]*"msg":"scenarios loaded"/)
    t.strictSame(workersThatSaid(running, 'scenarios loaded'), [1, 1])
  })

  await t.test('one that dies is started again, and until then the server is not ready', async (t) => {
    process.kill(Number(pids[1]), 'SIGKILL')
    await said(running, /"worker":2,"exitCode":null,"signal":"SIGKILL","pauseMs":\d+,"msg":"a worker has ended/)
    t.match(await until(`${url}/readyz`, ({ status }) => status === 503), { text: 'worker 2 of 3 is starting' })
    await until(`${url}/readyz`, ({ status }) => status === 200)
    t.equal(await cancel(url, 'afterwards'), 'PROCESS_FAIL')
    t.strictSame(workersThatSaid(running, 'listening'), [undefined])
  })

  await t.test('one that stops answering is named, and does not keep the others from telling', async (t) => {
    process.kill(Number(pids[2]), 'SIGSTOP')
    // Of three connections one goes to the worker that is stopped, and has to wait.
    const [asked, measured] = ['readyz', 'metrics'].map((path) => [1, 2, 3].map(() => get(`${url}/${path}`)))
    t.match(await Promise.race(asked ?? []), { status: 503, text: 'worker 3 of 3 does not answer' })
    t.match(await Promise.race(measured ?? []), { text: 'mpp_sim_requests_total' })
    process.kill(Number(pids[2]), 'SIGCONT')
    await Promise.all([...(asked ?? []), ...(measured ?? [])])
    await until(`${url}/readyz`, ({ status }) => status === 200)
  })

  await t.test('SIGTERM ends all of them', async (t) => {
    running.child.kill('SIGTERM')
    t.match(await ended(running), { code: 0, signal: null, stderr: '' })
    t.strictSame(workersThatSaid(running, 'stopping'), [undefined])
    for (const pid of pids) t.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
    t.rejects(get(`${url}/livez`))
  })
})

t.test('a worker that hangs does not keep the others from ending', { skip: skipSlow || skipRedis }, async (t) => {
  const { running, pids } = await startWorkers(t, 2)
  process.kill(Number(pids[1]), 'SIGSTOP')
  running.child.kill('SIGTERM')
  running.child.kill('SIGINT')
  t.match(await ended(running), { code: 0, signal: null })
  for (const pid of pids) t.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})

t.test('a worker that cannot be started again ends the server', { skip: skipSlow || skipRedis }, async (t) => {
  const { running, file, pids } = await startWorkers(t, 2, '--no-watch')
  writeFileSync(file, rule('SUCESS'))
  process.kill(Number(pids[1]), 'SIGTERM')
  const { code, stdout, stderr } = await ended(running)
  t.equal(code, 3)
  t.match(
    stdout,
    /"worker":2,"exitCode":0,"signal":null,"pauseMs":\d+,"msg":"a worker has ended, and is started again"/,
  )
  t.match(stdout, /"worker":2,"exitCode":3,"signal":null,"msg":"a worker ends at once again and again"/)
  t.match(stderr, '"SUCESS" is not a result code (did you mean SUCCESS?)')
  for (const pid of pids) t.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})

t.test(
  'a server whose files are wrong says so once, and how is up to its log format',
  { skip: skipRedis },
  async (t) => {
    const folder = t.testdir({ 'all.yaml': rule('SUCESS') })
    const options = ['--workers', '2', '--port', '0', '--store', 'redis://127.0.0.1:1', '--scenarios', folder]
    const { code, stdout, stderr } = await run([...options, '--log-format', 'pretty'], { MPP_SIM_WORKER: '1' })
    t.equal(code, 3)
    t.match(stderr, /^[^\n]*MPP_SIM_WORKER is not known[^\n]*\n[^\n]*"SUCESS" is not a result code[^\n]*\n$/)
    t.match(stdout, /^[\d:.]+ ERROR a worker cannot start worker=1 exitCode=3 signal=null\n$/)
  },
)

t.test('a server that is ended while its workers start ends them', { skip: skipRedis }, async (t) => {
  const running = start(['--workers', '2', '--port', '0', '--store', 'redis://127.0.0.1:1', '--log-format', 'pretty'])
  t.teardown(() => stop(running))
  await said(running, / INFO scenarios loaded worker=1 /)
  running.child.kill('SIGINT')
  t.match(await ended(running), { code: 0, stderr: '' })
  t.notMatch(running.stdout, 'listening')
})

t.test('workers without a Redis, and numbers that are none, are mistakes of usage', async (t) => {
  const alone = await runInside(['serve', '--workers', 'auto'])
  t.match(alone, { code: 2, stderr: 'error: --workers needs --store; workers remember in a Redis that they share' })
  for (const wrong of ['0', '-1', '1.5', '129', 'all', ''])
    t.match(await runInside(['serve', '--workers', wrong]), {
      code: 2,
      stderr: 'a whole number from 1 to 128, or auto',
    })
})
