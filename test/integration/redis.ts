import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { run, runInside, said, serve } from '../fixtures/cli.js'
import { often } from '../fixtures/often.js'
import { skipSlow } from '../fixtures/programs.js'
import { skipRedis, startRedis, type TestRedis } from '../fixtures/redis.js'

// Five servers are started here, one after the other.
t.setTimeout(300_000)

const scenarios = `rules:
  - name: one final result
    match: { paymentRequestId: "chaos-*" }
    reply: [ UNKNOWN_EXCEPTION, SUCCESS, PROCESS_FAIL, ACCESS_DENIED, CANCEL_WINDOW_EXCEED, UNKNOWN_EXCEPTION ]
  - name: sequence
    match: { paymentRequestId: "sequence-*" }
    reply: [ { resultCode: UNKNOWN_EXCEPTION, times: 4 }, CANCEL_WINDOW_EXCEED ]
`

interface Told {
  code: string
  /** Nothing where the call was refused before it was counted. */
  attempt: number | undefined
  reason: string
}

async function cancel(url: string, paymentRequestId: string): Promise<Told> {
  const reply = await fetch(`${url}/v1/payments/cancelPayment`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ acquirerId: '1', pspId: '2', paymentRequestId }),
  })
  const { result } = (await reply.json()) as { result: { resultCode: string } }
  const attempt = reply.headers.get('x-sim-attempt')
  return {
    code: result.resultCode,
    attempt: attempt === null ? undefined : Number(attempt),
    reason: String(reply.headers.get('x-sim-reason')),
  }
}

/** Asks again while Redis does not answer in time, as on a machine that is slow just now. */
async function cancelUntilCounted(url: string, paymentRequestId: string): Promise<Told> {
  for (;;) {
    const told = await cancel(url, paymentRequestId)
    if (told.attempt !== undefined) return told
  }
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const reply = await fetch(url)
  return { status: reply.status, text: await reply.text() }
}

async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await setTimeout(20)
}

/** Servers in processes of their own that share one Redis. */
async function startReplicas(t: Test, count: number, redis: TestRedis, ...args: string[]) {
  const folder = t.testdir({ 'all.yaml': scenarios })
  const options = ['--store', redis.url, '--scenarios', folder, ...args]
  const replicas = []
  // One after the other: so many starts at once would slow each other down.
  for (let n = 0; n < count; n++) replicas.push(await serve(t, options))
  return replicas
}

t.test('three replicas and one Redis', { skip: skipSlow || skipRedis, timeout: 240_000 }, async (t) => {
  const redis = await startRedis(t, '--appendonly', 'yes', '--appendfsync', 'always')
  const replicas = await startReplicas(t, 3, redis, '--rate-limit', '1000000/h', '--store-prefix', 'shop')
  const [first = '', second = '', third = ''] = replicas.map(({ url }) => url)
  const at = (n: number) => [first, second, third][n % 3] ?? first

  await t.test('simultaneous calls for one id get one result, and an attempt each', async (t) => {
    const told = await Promise.all(Array.from({ length: 300 }, (_, n) => cancel(at(n), 'SUCCESS-300')))
    // On a machine that is slow just now, some are refused, as Redis did not answer in time.
    const counted = told.filter(({ attempt }) => attempt !== undefined)
    t.same([...new Set(counted.map(({ code }) => code))], ['SUCCESS'])
    t.equal(new Set(counted.map(({ attempt }) => attempt)).size, counted.length, 'no attempt is told twice')
    const { attempts } = JSON.parse((await get(`${second}/__admin/ledger/SUCCESS-300`)).text)
    t.ok(counted.length <= attempts && attempts <= 300, `${counted.length} told, ${attempts} in the ledger`)
  })

  await t.test('a sequence goes on from replica to replica', async (t) => {
    for (let n = 0, made = 0; made < 6; n++) {
      const { attempt, code } = await cancelUntilCounted(at(n), 'sequence-1')
      made = Number(attempt)
      t.equal(code, made <= 4 ? 'UNKNOWN_EXCEPTION' : 'CANCEL_WINDOW_EXCEED', `attempt ${made}`)
    }
  })

  await t.test('a runtime rule of one replica is soon in force on the others, and so is a reset', async (t) => {
    for (const url of [second, third]) t.match(await cancelUntilCounted(url, 'before'), { code: 'SUCCESS' })
    const body = JSON.stringify({ name: 'late', match: { paymentRequestId: 'A*' }, reply: 'PROCESS_FAIL' })
    await fetch(`${first}/__admin/rules`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    for (const url of [second, third])
      await until(async () => (await get(`${url}/__admin/rules`)).text.includes('runtime/late'))
    for (const url of [second, third]) t.match(await cancelUntilCounted(url, `A-${url}`), { code: 'PROCESS_FAIL' })
    t.match(await get(`${third}/__admin/rules`), { text: /"id":"runtime\/late","hits":[2-9]/ })
    await fetch(`${second}/__admin/reset`, { method: 'POST' })
    for (const url of [first, third]) t.match(await cancelUntilCounted(url, `A-${second}`), { code: 'SUCCESS' })
  })

  await t.test('who follows the journal of one replica sees the calls of another', async (t) => {
    const stop = new AbortController()
    const stream = await fetch(`${first}/__admin/requests/stream`, { signal: stop.signal })
    await cancelUntilCounted(second, 'seen')
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of stream.body ?? []) {
      text += decoder.decode(chunk)
      if (text.includes('"paymentRequestId":"seen"')) break
    }
    stop.abort()
    t.match(text, /^id: \d+$/m)
    t.match(await get(`${third}/__admin/report`), { text: /"calls":\d+,"accepted":\d+,"evicted":0/ })
  })

  await t.test('keys have the prefix, and calls are counted for all replicas together', async (t) => {
    t.ok(
      redis
        .cli('keys', '*')
        .split('\n')
        .every((key) => key.startsWith('shop:')),
    )
    t.ok(Number(redis.cli('get', 'shop:limit:address 127.0.0.1')) > 100)
  })

  await t.test('a Redis that is paused gives UNKNOWN_EXCEPTION, and goes on where it was', async (t) => {
    const before = await cancelUntilCounted(first, 'SUCCESS-pause')
    redis.signal('SIGSTOP')
    t.match(await cancel(first, 'SUCCESS-pause'), {
      code: 'UNKNOWN_EXCEPTION',
      attempt: undefined,
      reason: /Redis store/,
    })
    await until(async () => (await get(`${first}/readyz`)).status === 503)
    t.match(await get(`${first}/readyz`), { text: /did not answer within 250 ms/ })
    t.match(await get(`${first}/livez`), { status: 200 })
    t.match(await get(`${first}/__admin/rules`), {
      status: 503,
      text: /"detail":"the Redis store does not answer in time"/,
    })
    t.match(await get(`${first}/metrics`), { status: 200 })
    redis.signal('SIGCONT')
    await until(async () => (await get(`${first}/readyz`)).status === 200)
    const after = await cancelUntilCounted(first, 'SUCCESS-pause')
    t.match([before, after], [{ code: 'SUCCESS' }, { code: 'SUCCESS', reason: /replayed/ }])
  })

  await t.test('a full Redis gives UNKNOWN_EXCEPTION, and no id is half known', async (t) => {
    for (const replica of [first, second]) await until(async () => (await get(`${replica}/readyz`)).status === 200)
    redis.cli('config', 'set', 'maxmemory', '1')
    t.match(await cancel(second, 'SUCCESS-full'), { code: 'UNKNOWN_EXCEPTION', reason: /the Redis store is full/ })
    await until(async () => (await get(`${second}/readyz`)).status === 503)
    redis.cli('config', 'set', 'maxmemory', '0')
    await until(async () => (await get(`${second}/readyz`)).status === 200)
    await until(async () => (await get(`${first}/readyz`)).status === 200)
    t.match(await cancelUntilCounted(second, 'SUCCESS-full'), { code: 'SUCCESS' })
  })

  await t.test('a Redis that was flushed is doubted by every replica, in readiness, metrics and log', async (t) => {
    redis.cli('flushall')
    for (const replica of [first, second]) {
      await until(async () => /has lost what it had confirmed/.test((await get(`${replica}/readyz`)).text))
      t.match(await get(`${replica}/metrics`), { text: /^mpp_sim_problems [1-9]/m })
    }
    t.match(await cancel(first, 'SUCCESS-flushed'), { code: 'SUCCESS' }, 'it serves')
  })

  await t.test('kill -9 of a replica and of Redis under load: nobody is told a contradiction', async (t) => {
    const told = new Map<string, Told[]>()
    const calls = often(1500, 10_000)
    let sent = 0
    let unanswered = 0
    /** Calls a few ids of its own again and again, each time at another replica. */
    async function caller(number: number): Promise<void> {
      for (let n = 0; sent < calls; n++) {
        sent++
        const id = `chaos-${number}-${Math.floor(n / 8)}`
        const answer = await cancel(at(number + n), id).catch(() => undefined)
        if (answer === undefined) {
          unanswered++
          await setTimeout(5)
        } else told.set(id, [...(told.get(id) ?? []), answer])
      }
    }
    const callers = Promise.all(Array.from({ length: 24 }, (_, number) => caller(number)))
    await until(() => sent > calls / 4)
    replicas[2]?.running.child.kill('SIGKILL')
    await until(() => sent > calls / 2)
    await redis.crash()
    await until(() => sent > calls / 2 + 50)
    await redis.restart()
    for (const url of [first, second]) await until(async () => (await get(`${url}/readyz`)).status === 200)
    await callers
    const uncounted = [...told.values()].flat().filter(({ attempt }) => attempt === undefined).length
    t.ok(unanswered > 0, `the replica was killed under load: ${unanswered} calls got no answer`)
    t.ok(uncounted > 0, `Redis was killed under load: ${uncounted} calls could not be counted`)
    let contradictions = 0
    let finals = 0
    for (const [id, answers] of told) {
      const counted = answers.filter(({ attempt }) => attempt !== undefined)
      const firstFinal = counted.findIndex(({ code }) => code !== 'UNKNOWN_EXCEPTION')
      if (firstFinal === -1) continue
      finals++
      const final = counted[firstFinal]?.code
      const last = await cancelUntilCounted(first, id)
      const isKept = [...counted.slice(firstFinal), last].every(({ code }) => code === final)
      if (!isKept || Number(last.attempt) <= counted.length) contradictions++
    }
    t.ok(finals > calls / 20, `${finals} ids got a final result`)
    t.equal(contradictions, 0)
  })

  await t.test('a server that stops lets go of Redis', async (t) => {
    const [{ running }] = replicas as [(typeof replicas)[number]]
    running.child.kill('SIGTERM')
    const [code] = await once(running.child, 'exit')
    t.equal(code, 0)
    t.match(running.stdout, /"redis":"redis 127\.0\.0\.1:\d+\/0","msg":"the store is ready"/)
    t.match(running.stdout, /"problem":"the Redis store .*"msg":"the store cannot serve; calls get UNKNOWN_EXCEPTION"/)
    t.match(running.stdout, /"msg":"the store is back"/)
  })
})

t.test('a server starts without its Redis, and says so', async (t) => {
  const { running, url } = await serve(t, ['--store', 'redis://:s3cret@127.0.0.1:1'])
  await said(running, /"msg":"the store cannot serve/)
  t.notMatch(running.stdout, 's3cret')
  t.match(await get(`${url}/readyz`), { status: 503, text: /the Redis store is away: connect ECONNREFUSED/ })
  t.match(await get(`${url}/livez`), { status: 200 })
  t.match(await cancel(url, 'SUCCESS-1'), { code: 'UNKNOWN_EXCEPTION', reason: /the Redis store is away/ })
  await said(running, /the Redis store is away[^\n]*the answer is not in the journal/)
})

t.test('a server that cannot listen does not hang on to Redis', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { port } = other.address() as { port: number }
  const { code, stderr } = await run(['serve', '--port', String(port), '--store', 'redis://127.0.0.1:1'])
  t.equal(code, 1)
  t.match(stderr, 'EADDRINUSE')
})

t.test('a wrong store is a mistake of usage', async (t) => {
  for (const [option, value, lesson] of [
    ['--store', 'http://redis', 'An address is redis://'],
    ['--store-prefix', 'a{b}', 'A prefix is 1 to 64'],
    ['--ledger-ttl', '7', '12h is twelve hours'],
    ['--ledger-ttl', '7y', '12h is twelve hours'],
  ] as const) {
    const { code, stderr } = await runInside(['serve', option, value])
    t.equal(code, 2)
    t.match(stderr, lesson)
  }
  for (const ttl of ['7d', '12h', '30m', '90s'])
    t.match(await runInside(['serve', '--ledger-ttl', ttl, '--port', 'x']), { code: 2, stderr: '--port' })
})
