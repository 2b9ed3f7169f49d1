import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { resultOf } from '../../src/protocol/result.js'
import type { Rule } from '../../src/scenarios/rule.js'
import type { JournalRecord } from '../../src/simulator/journal.js'
import { createMemoryStore } from '../../src/simulator/memory/store.js'
import { protocolPatience } from '../../src/simulator/patience.js'
import { nameOfRedis, parseRedisAddress } from '../../src/simulator/redis/address.js'
import { openRedisStore, type RedisStoreOptions } from '../../src/simulator/redis/store.js'
import { reportOn } from '../../src/simulator/report/report.js'
import type { NamespaceStore, Store } from '../../src/simulator/store.js'
import { freePort, skipRedis, startCluster, startRedis, startSentinel, type TestRedis } from '../fixtures/redis.js'
import { compileRules } from '../fixtures/rules.js'
import { tlsPair } from '../fixtures/tls.js'

const [success, failure, unknown, sequence, forgetful] = compileRules([
  { name: 's', reply: 'SUCCESS' },
  { name: 'f', reply: { resultCode: 'PROCESS_FAIL', resultMessage: 'no, says\nthe wallet' } },
  { name: 'u', reply: 'UNKNOWN_EXCEPTION' },
  { name: 'q', reply: [{ resultCode: 'UNKNOWN_EXCEPTION', times: 2 }, 'ACCESS_DENIED', 'SUCCESS'] },
  { name: 'i', idempotent: false, reply: 'SUCCESS' },
]) as [Rule, Rule, Rule, Rule, Rule]

function record(fields: Partial<JournalRecord> = {}): JournalRecord {
  return {
    at: 1.5,
    durationMs: 2.25,
    clientId: undefined,
    method: 'POST',
    path: '/',
    headers: ['A', 'b'],
    body: '{"ä":1}',
    acquirerId: undefined,
    pspId: undefined,
    profile: 'mpp',
    paymentRequestId: undefined,
    paymentId: undefined,
    rule: undefined,
    attempt: undefined,
    replayed: false,
    result: resultOf('SUCCESS'),
    httpStatus: 200,
    fault: undefined,
    signature: undefined,
    delayMs: 0,
    callerLeft: false,
    heldMs: undefined,
    expect: undefined,
    reason: 'because',
    ...fields,
  }
}

type Bounds = { journalMax?: number; namespaceMax?: number }
type Open = (t: Test, bounds?: Bounds) => Promise<Store>
let stores = 0

/** A store that another prefix keeps apart from all others on the same Redis. */
async function openRedis(t: Test, url: string, options: Partial<RedisStoreOptions> = {}) {
  const address = parseRedisAddress(url)
  if (address === undefined) throw new Error(url)
  const changes: (string | undefined)[] = []
  const store = await openRedisStore({
    address,
    prefix: `test${++stores}`,
    ledgerTtl: 60_000,
    now: () => performance.now(),
    onChange: (problem) => changes.push(problem),
    onDoubt: () => {},
    ...options,
  })
  t.teardown(store.close)
  return Object.assign(store, { changes })
}

/** Awaits what another process brings about. */
async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await setTimeout(10)
}

async function inSoon(t: Test, text: RegExp, problem: () => string | undefined): Promise<void> {
  await until(() => text.test(problem() ?? ''))
  t.match(problem(), text)
}

/** Asserts that a step of the store is refused. */
async function refused(t: Test, step: () => unknown, reason: RegExp): Promise<void> {
  const refusal = await Promise.resolve(step()).catch((error) => error)
  t.match(refusal, { resultCode: 'UNKNOWN_EXCEPTION', reason })
}

const ids = (entries: readonly { id: number }[]) => entries.map(({ id }) => id)
const names = (rules: readonly { name: string }[]) => rules.map(({ name }) => name)

/** What every store has to keep. */
function contract(t: Test, open: Open): void {
  t.test('counts attempts and keeps the first final result', async (t) => {
    const namespace = (await open(t)).namespace('')
    t.same(await namespace.take('a', unknown), { attempts: 1, final: undefined })
    t.same(await namespace.take('a', failure), { attempts: 2, final: undefined })
    const final = { resultCode: 'PROCESS_FAIL', resultStatus: 'F', resultMessage: 'no, says\nthe wallet' }
    t.same(await namespace.take('a', success), { attempts: 3, final })
    t.same(await namespace.ledgerEntry('a'), { attempts: 3, final })
    t.same(await namespace.take('b', success), { attempts: 1, final: undefined })
    t.same(await namespace.take('b', unknown), { attempts: 2, final: resultOf('SUCCESS') })
    t.equal(await namespace.ledgerEntry('c'), undefined)
  })

  t.test('tells ids of lone surrogates apart', async (t) => {
    const { take } = (await open(t, {})).namespace('')
    for (const id of ['\ud800', '\ud801', 'a\udfff', 'a\udffe']) t.match(await take(id, success), { attempts: 1 })
    t.match(await take('\ud801', success), { attempts: 2 })
  })

  t.test('forgets an id, and knows whether it was there', async (t) => {
    const namespace = (await open(t)).namespace('')
    await namespace.take('{x}|y', success)
    t.equal(await namespace.forget('{x}|y'), true)
    t.equal(await namespace.forget('{x}|y'), false)
    t.same(await namespace.take('{x}|y', unknown), { attempts: 1, final: undefined })
  })

  t.test('keeps what each step of a rule leaves', async (t) => {
    const namespace = (await open(t)).namespace('')
    for (let attempt = 1; attempt <= 3; attempt++)
      t.same(await namespace.take('q', sequence), { attempts: attempt, final: undefined })
    t.same(await namespace.take('q', sequence), { attempts: 4, final: resultOf('ACCESS_DENIED') })
    for (let attempt = 1; attempt <= 2; attempt++)
      t.same(await namespace.take('i', forgetful), { attempts: attempt, final: undefined })
    for (let attempt = 1; attempt <= 4; attempt++) await namespace.take('late', unknown)
    await namespace.take('late', sequence)
    t.match(
      await namespace.ledgerEntry('late'),
      { attempts: 5, final: { resultCode: 'SUCCESS' } },
      'the last step repeats',
    )
  })

  t.test('gives calls of the same moment different attempts and one final result', async (t) => {
    const namespace = (await open(t)).namespace('')
    const taken = await Promise.all(
      Array.from({ length: 100 }, (_, n) => namespace.take('x', n % 2 ? success : failure)),
    )
    t.equal(new Set(taken.map(({ attempts }) => attempts)).size, 100)
    t.equal(taken.filter(({ final }) => final === undefined).length, 1)
    t.equal(new Set(taken.map(({ final }) => final?.resultCode)).size, 2)
    const hits = await namespace.hits()
    t.equal((hits.get('rules/s') ?? 0) + (hits.get('rules/f') ?? 0), 100)
  })

  t.test('puts new runtime rules first, all of them or none', async (t) => {
    const namespace = (await open(t)).namespace('')
    const add = (...added: string[]) => namespace.addRules(added.map((name) => ({ name, reply: 'SUCCESS' as const })))
    t.same(await add('a', 'b'), [])
    t.same(await add('c'), [])
    t.same(names(await namespace.runtimeRules()), ['c', 'a', 'b'])
    t.same(await add('d', 'a', 'd', 'c'), [1, 2, 3])
    const before = await namespace.runtimeRules()
    t.same(names(before), ['c', 'a', 'b'])
    t.equal(await namespace.runtimeRules(), before, 'the same array until they change')
    t.equal(await namespace.removeRule('a'), true)
    t.equal(await namespace.removeRule('a'), false)
    t.same(names(await namespace.runtimeRules()), ['c', 'b'])
    t.equal((await namespace.runtimeRules())[0], before[0], 'what stays is the same')
    await namespace.removeRules()
    t.same(await namespace.runtimeRules(), [])
  })

  t.test('counts hits, and forgets those of runtime rules with them', async (t) => {
    const namespace = (await open(t)).namespace('')
    const hit = (id: string) => namespace.take('x', { ...success, id })
    const known = async () => Object.fromEntries(await namespace.hits())
    for (const name of ['a', 'b']) await namespace.addRules([{ name, reply: 'SUCCESS' }])
    for (const id of ['runtime/a', 'runtime/b', 'runtime/b', 'rules/x', '']) await hit(id)
    t.same(await known(), { 'runtime/a': 1, 'runtime/b': 2, 'rules/x': 1, '': 1 })
    await namespace.removeRule('a')
    t.same(await known(), { 'runtime/b': 2, 'rules/x': 1, '': 1 })
    await namespace.removeRules()
    t.same(await known(), { 'rules/x': 1, '': 1 })
  })

  t.test('keeps a journal that is bounded by entries, with ids that go on', async (t) => {
    const { journal } = (await open(t, { journalMax: 3 })).namespace('')
    t.equal(await journal.lastId(), 0)
    for (let n = 1; n <= 5; n++) await journal.append(record({ attempt: n }))
    const entries = await journal.read()
    t.same(ids(entries), [3, 4, 5])
    t.match(entries[0], { id: 3, attempt: 3, body: '{"ä":1}', headers: ['A', 'b'], at: 1.5, durationMs: 2.25 })
    t.same(ids(await journal.read({ after: 3 })), [4, 5])
    t.same(ids(await journal.read({ after: 1, limit: 1 })), [3])
    t.same(ids(await journal.read({ after: 5 })), [])
    t.match(await journal.size(), { entries: 3, evicted: 2 })
    t.equal(await journal.lastId(), 5)
    await journal.clear()
    t.same(await journal.size(), { entries: 0, bytes: 0, evicted: 0 })
    await journal.append(record())
    t.same(ids(await journal.read()), [6])
  })

  t.test('lets whoever knows the id of an entry find it, however many come at once', async (t) => {
    const { journal } = (await open(t)).namespace('')
    const isFound = async (_: unknown, attempt: number) => {
      const id = await journal.append(record({ attempt }))
      const [entry] = await journal.read({ after: id - 1, limit: 1 })
      return entry?.id === id && entry.attempt === attempt
    }
    const found = await Promise.all(Array.from({ length: 250 }, isFound))
    t.ok(found.every(Boolean))
    t.match(await journal.size(), { entries: 250 })
  })

  t.test('keeps apart what calls of the same moment have of rules', async (t) => {
    const namespace = (await open(t)).namespace('')
    const rules = [success, failure, unknown, sequence, forgetful]
    const calls = Array.from({ length: 250 }, (_, n) => ({ id: `id ${n}`, rule: rules[n % rules.length] ?? success }))
    await Promise.all(calls.map(({ id, rule }) => namespace.take(id, rule)))
    for (const { id, rule } of calls.slice(-rules.length)) {
      const final =
        rule === success || rule === failure ? { resultCode: rule === success ? 'SUCCESS' : 'PROCESS_FAIL' } : undefined
      t.match(await namespace.ledgerEntry(id), { attempts: 1, final }, rule.id)
    }
    const hits = Object.fromEntries(await namespace.hits())
    t.same(hits, { 'rules/s': 50, 'rules/f': 50, 'rules/u': 50, 'rules/q': 50, 'rules/i': 50 })
  })

  t.test('bounds a journal by bytes too', async (t) => {
    const { journal } = (await open(t)).namespace('')
    const large = record({ body: 'x'.repeat(1024 * 1024) })
    for (let n = 1; n <= 9; n++) await journal.append(large)
    const { entries, bytes, evicted } = await journal.size()
    t.equal(entries + evicted, 9)
    t.ok(evicted > 0 && bytes <= 8 * 1024 * 1024)
    await journal.append(record({ body: 'x'.repeat(9 * 1024 * 1024) }))
    t.same(ids(await journal.read()), [10], 'the newest entry stays, however large')
  })

  t.test('adds to an entry of the journal what became of its call, and tells who follows', async (t) => {
    const { journal } = (await open(t, { journalMax: 3 })).namespace('')
    const amended: number[] = []
    const stop = journal.subscribe({ onEntry: () => {}, onAmend: (id) => amended.push(id), onEnd: () => {} })
    t.equal(await journal.append(record({ fault: 'no-reply', expect: { attempts: '2..' } })), 1)
    t.equal(await journal.append(record({ fault: 'slow-body' })), 2)
    t.equal(await journal.append(record()), 3)
    await journal.amend(1, { heldMs: 31_000.5, callerLeft: false })
    const [first] = await journal.read()
    t.match(first, { id: 1, heldMs: 31_000.5, callerLeft: false, expect: { attempts: '2..' } })
    await until(async () => {
      await journal.amend(1, { heldMs: 45_000, callerLeft: true })
      return amended.includes(1)
    })
    t.match(await journal.read(), [{ heldMs: 45_000, callerLeft: true }, { callerLeft: false }, { callerLeft: false }])
    stop()
    await journal.append(record({ fault: 'no-reply' }))
    await journal.amend(1, { heldMs: 50_000, callerLeft: true })
    t.match(await journal.read({ limit: 1 }), [{ id: 2, heldMs: undefined }], 'what fell out is left alone')
    await journal.amend(4, { heldMs: 10, callerLeft: true })
    await journal.clear()
    await journal.amend(4, { heldMs: 20, callerLeft: true })
    t.equal(await journal.append(record({ fault: 'no-reply' })), 5)
    t.match(await journal.read(), [{ id: 5, heldMs: undefined }])
  })

  t.test('gives a report all that it judges by', async (t) => {
    const { journal } = (await open(t)).namespace('')
    const accepted = (paymentRequestId: string, fields: Partial<JournalRecord> = {}) =>
      record({ acquirerId: 'A', pspId: 'P', paymentRequestId, rule: 'file/rule', attempt: 1, ...fields })
    const unknown = resultOf('UNKNOWN_EXCEPTION')
    const records = [
      accepted('met', { expect: { last: 'SUCCESS' } }),
      accepted('missed', { at: 10, result: unknown, expect: { attempts: '2..', within: '60s' } }),
      accepted('patient', { at: 20, fault: 'no-reply', expect: { spacing: '500ms..' } }),
      accepted('acquirer', { at: 30, profile: 'acqp', paymentId: 'X', acquirerId: undefined, pspId: undefined }),
      accepted('other', { at: 40, profile: 'acqp', paymentId: 'X', attempt: 2, replayed: true }),
      record({ at: 50, paymentRequestId: 'refused', result: resultOf('PARAM_ILLEGAL') }),
    ]
    for (const each of records) await journal.append(each)
    const hold = { heldMs: 45_000, callerLeft: true }
    await journal.amend(3, hold)
    const options = { evicted: 0, tooFast: 100, patience: protocolPatience, expecting: ['file/rule', 'file/untried'] }
    const expected = records.map((each, index) => ({ id: index + 1, ...each, ...(index === 2 && hold) }))
    const report = reportOn(expected, options)
    t.strictSame(report.expectations.map(({ state }) => state).sort(), ['met', 'met', 'missed', 'not-tried'])
    t.same(reportOn(await journal.read(), options), report)
  })

  t.test('tells who follows the journal, until that stops', async (t) => {
    const { journal } = (await open(t)).namespace('')
    let told = 0
    const stops = [1, 2].map(() => journal.subscribe({ onEntry: () => told++, onEnd: () => {} }))
    await until(async () => {
      await journal.append(record())
      return told > 1
    })
    for (const stop of stops) stop()
    await setTimeout(50)
    const before = told
    await journal.append(record())
    await setTimeout(50)
    t.equal(told, before)
  })

  t.test('forgets all of a namespace at once, and nothing of others', async (t) => {
    const store = await open(t)
    const [one, other] = [store.namespace('one'), store.namespace('other')]
    for (const namespace of [one, other, store.namespace('')]) {
      await namespace.addRules([{ name: 'a', reply: 'SUCCESS' }])
      await namespace.take('x', success)
      await namespace.journal.append(record())
    }
    await one.reset()
    t.equal(await one.ledgerEntry('x'), undefined)
    t.same(await one.take('x', unknown), { attempts: 1, final: undefined })
    t.same(await one.ledgerEntry('x'), { attempts: 1, final: undefined })
    t.same(Object.fromEntries(await one.hits()), { 'rules/u': 1 })
    t.same(await one.runtimeRules(), [])
    t.same(await one.journal.size(), { entries: 0, bytes: 0, evicted: 0 })
    for (const namespace of [other, store.namespace('')]) {
      t.match(await namespace.take('x', unknown), { attempts: 2, final: { resultCode: 'SUCCESS' } })
      t.equal((await namespace.runtimeRules()).length, 1)
      t.match(await namespace.journal.size(), { entries: 1 })
    }
    t.match(await store.size(), { namespaces: 2, journal: { entries: 2 } })
  })

  t.test('lets the namespace go that was used least recently, and tells who follows it', async (t) => {
    const store = await open(t, { namespaceMax: 2 })
    const use = async (name: string) => {
      await store.namespace(name).runtimeRules()
      return store.namespace(name).take('x', success)
    }
    await use('a')
    let isFollowed = false
    const end = new Promise<void>((resolve) =>
      store.namespace('a').journal.subscribe({
        onEntry: () => {
          isFollowed = true
        },
        onEnd: resolve,
      }),
    )
    await until(async () => {
      await store.namespace('a').journal.append(record())
      return isFollowed
    })
    for (const name of ['', 'b', 'c']) await use(name)
    await end
    t.equal((await store.size()).namespaces, 2)
    t.match(await use('c'), { attempts: 2 })
    t.match(await use(''), { attempts: 2 })
    t.match(await use('a'), { attempts: 1 }, 'it starts anew')
  })
}

t.test('the memory store', async (t) => contract(t, async (_t, bounds) => createMemoryStore(bounds)))

t.test('addresses of a Redis', async (t) => {
  const plain = { kind: 'single', nodes: [{ host: 'h', port: 6379 }], db: 0, tls: false }
  t.match(parseRedisAddress('redis://h'), plain)
  t.match(parseRedisAddress('redis://h/'), plain)
  t.match(parseRedisAddress('rediss://me:p%40ss%25@h:1/2'), { username: 'me', password: 'p@ss%', db: 2, tls: true })
  t.match(parseRedisAddress('redis://:100%@[::1]:1'), {
    nodes: [{ host: '::1', port: 1 }],
    username: undefined,
    password: '100%',
  })
  t.match(parseRedisAddress('redis+cluster://a,b:7/'), {
    kind: 'cluster',
    nodes: [
      { host: 'a', port: 6379 },
      { host: 'b', port: 7 },
    ],
  })
  const sentinel = parseRedisAddress('rediss+sentinel://:p@a,b:1/mymaster/3?sentinelPassword=q')
  t.match(sentinel, {
    kind: 'sentinel',
    nodes: [{ port: 26379 }, { port: 1 }],
    master: 'mymaster',
    db: 3,
    sentinelPassword: 'q',
    tls: true,
  })
  t.equal(sentinel && nameOfRedis(sentinel), 'sentinel a:26379,b:1/mymaster/3', 'without secrets')
  const one = parseRedisAddress('redis://:secret@h')
  t.equal(one && nameOfRedis(one), 'redis h:6379/0')
  for (const wrong of [
    'http://h',
    'redis://',
    'redis://a,b',
    'redis://h:0',
    'redis://h:65536',
    'redis://h:x',
    'redis://h/x',
    'redis+x://h',
    'redis+cluster://a,',
    'redis+cluster://a/1',
    'redis+sentinel://a',
    'redis+sentinel://a/m/x',
    'redis://h?x=1',
    'redis://h?sentinelPassword=x',
    'h:6379',
    '',
  ])
    t.equal(parseRedisAddress(wrong), undefined, wrong)
})

/** Where the time that a step takes is not what is tested: a busy machine may stop Redis for a while. */
const stepBudget = 5000

t.test('the Redis store', { skip: skipRedis }, async (t) => {
  const redis = await startRedis(t)
  const client = new Redis(redis.port)
  t.teardown(() => client.disconnect())
  await t.test('keeps the contract of a store', async (t) =>
    contract(t, (t, bounds) => openRedis(t, redis.url, { ...bounds, stepBudget })),
  )
  await t.test('for many replicas', async (t) => replicas(t, redis, client))
  await t.test('in trouble', async (t) => trouble(t, redis, client))
})

function replicas(t: Test, redis: TestRedis, client: Redis): void {
  /** Two replicas. The clock of the second stands still unless it is set. */
  async function open(t: Test) {
    const clock = { now: 0 }
    const prefix = `pair${++stores}`
    const first = await openRedis(t, redis.url, { prefix, stepBudget })
    const second = await openRedis(t, redis.url, { prefix, stepBudget, now: () => clock.now })
    return { clock, prefix, first, second, one: first.namespace(''), two: second.namespace('') }
  }

  /** Makes the replicas miss what is told. */
  async function deafen(): Promise<void> {
    await client.client('KILL', 'TYPE', 'PUBSUB')
  }

  const rule = { name: 'a', reply: 'SUCCESS' } as const

  t.test('a change of rules is told to all', async (t) => {
    const { one, two } = await open(t)
    t.same(await two.runtimeRules(), [])
    await one.addRules([rule])
    await until(async () => (await two.runtimeRules()).length === 1)
    await one.reset()
    await until(async () => (await two.runtimeRules()).length === 0)
    t.pass('and so is a reset')
  })

  t.test('a change that nobody was told of is in force after a second', async (t) => {
    const { one, two, clock } = await open(t)
    t.same(await two.runtimeRules(), [])
    await Promise.all([deafen(), one.addRules([rule])])
    clock.now += 1000
    t.same(await two.runtimeRules(), [rule])
  })

  t.test('a call shows that rules have changed', async (t) => {
    const { prefix, two } = await open(t)
    t.same(await two.runtimeRules(), [])
    await client.hset(`${prefix}:{ns:}:meta`, 'v', '7')
    await client.hset(`${prefix}:{ns:}:rules`, 'a', JSON.stringify(rule))
    await client.lpush(`${prefix}:{ns:}:order`, 'a')
    t.same(await two.runtimeRules(), [], 'it cannot know')
    await two.take('x', success)
    t.same(await two.runtimeRules(), [rule])
  })

  t.test('after a reset that it was not told of, a replica does not replay what was before', async (t) => {
    const { prefix, one, two } = await open(t)
    for (const id of ['old', 'new']) await two.take(id, failure)
    await client.hset(`${prefix}:{ns:}:meta`, 'g', '5', 'v', '5')
    t.same(await two.take('old', success), { attempts: 1, final: undefined })
    t.match(await two.ledgerEntry('old'), { attempts: 1, final: { resultCode: 'SUCCESS' } })
    t.equal(await two.ledgerEntry('new'), undefined)
    t.equal(await two.forget('new'), false)
    t.same(await one.take('old', failure), { attempts: 2, final: resultOf('SUCCESS') })
  })

  t.test('what Redis has forgotten of a namespace is learnt from the ledger', async (t) => {
    const { prefix, one, two } = await open(t)
    await one.reset()
    await one.take('x', failure)
    await client.del(`${prefix}:{ns:}:meta`)
    t.match(await two.take('x', success), { attempts: 2, final: { resultCode: 'PROCESS_FAIL' } })
    t.match(await one.take('x', success), { attempts: 3, final: { resultCode: 'PROCESS_FAIL' } })
    await one.journal.append(record({ fault: 'no-reply' }))
    await one.journal.amend(1, { heldMs: 9000, callerLeft: true })
    t.match(await two.journal.read(), [{ id: 1, heldMs: 9000 }])
    await client.del(`${prefix}:{ns:}:meta`)
    await one.journal.append(record({ fault: 'no-reply' }))
    t.match(await one.journal.read(), [{ id: 1, heldMs: undefined }])
  })

  t.test('a copy that is being loaded while rules change is loaded again', async (t) => {
    const { one } = await open(t)
    const [, rules] = await Promise.all([one.addRules([rule]), one.runtimeRules()])
    t.ok(rules.length <= 1)
    t.same(await one.runtimeRules(), [rule])
  })

  t.test('who follows the journal of one replica sees what others write, also after a break', async (t) => {
    const { one, two } = await open(t)
    let told = 0
    t.teardown(one.journal.subscribe({ onEntry: () => told++, onEnd: () => {} }))
    await until(async () => {
      await two.journal.append(record())
      return told > 0
    })
    await deafen()
    const before = told
    await until(() => told > before)
    t.pass('what it may have missed')
  })

  t.test('calls are counted together', async (t) => {
    const { first, second } = await open(t)
    const [one, two] = [first.callCounter(3600), second.callCounter(3600)]
    t.match(await one('client'), { consumedPoints: 1 })
    const { consumedPoints, msBeforeNext } = await two('client')
    t.equal(consumedPoints, 2)
    t.ok(msBeforeNext > 3_500_000)
    t.match(await two('other'), { consumedPoints: 1 })
  })

  t.test('all that is kept has a time to live', async (t) => {
    const { prefix, first } = await open(t)
    for (const name of ['', 'a']) {
      const namespace = first.namespace(name)
      await namespace.take('x', success)
      await namespace.addRules([rule])
      await namespace.journal.append(record())
    }
    await until(() => client.exists(`${prefix}:namespaces`))
    const keys = await client.keys(`${prefix}:*`)
    t.equal(keys.length, 15)
    for (const key of keys) t.ok((await client.pttl(key)) > 50_000, key)
  })
}

function trouble(t: Test, redis: TestRedis, client: Redis): void {
  const take = (namespace: NamespaceStore) => namespace.take('x', success)

  t.test('scripts that Redis has lost are loaded again', async (t) => {
    const namespace = (await openRedis(t, redis.url)).namespace('')
    await take(namespace)
    await client.script('FLUSH')
    t.match(await take(namespace), { attempts: 2 })
  })

  t.test('a Redis that has lost what it had confirmed is doubted, and so is one that may', async (t) => {
    const told: string[] = []
    const store = await openRedis(t, redis.url, { onDoubt: (doubt) => told.push(doubt) })
    const namespace = store.namespace('')
    await namespace.addRules([{ name: 'a', reply: 'SUCCESS' }])
    t.same(store.doubts(), [])
    for (const times of ['', ' 2 times']) {
      await client.flushall()
      await until(() => store.doubts()[0]?.startsWith(`the Redis store has lost what it had confirmed${times}: was`))
      t.same(await namespace.runtimeRules(), [], 'no rule is remembered that is gone')
    }
    t.equal(store.problem(), undefined, 'it serves')

    await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await client.config('SET', 'maxmemory', '1gb')
    await until(() => store.doubts()[1])
    t.match(store.doubts()[1], /may lose what it has confirmed: its maxmemory-policy is allkeys-lru, where noeviction/)
    await client.config('SET', 'maxmemory', '0')
    await until(() => store.doubts().length === 1)
    await client.config('SET', 'maxmemory-policy', 'noeviction')
    t.equal(told.length, 3)
  })

  t.test('a user who may not do what is needed makes the store unready, and says so', async (t) => {
    const openAs = async (name: string, ...rights: string[]) => {
      await client.acl('SETUSER', name, 'on', '>secret', '~*', '&*', '+@all', ...rights)
      return openRedis(t, redis.url.replace('redis://', `redis://${name}:secret@`))
    }
    t.match((await openAs('no-scripts', '-evalsha')).problem(), /cannot serve: .*evalsha/i)
    t.match((await openAs('no-streams', '-xadd')).problem(), /cannot serve: .*can't run this command/)
    const discreet = await openAs('no-info', '-info')
    t.equal(discreet.problem(), undefined)
    t.same(discreet.doubts(), [])
  })

  t.test('a full Redis is named, and nothing is half done', async (t) => {
    const store = await openRedis(t, redis.url)
    const namespace = store.namespace('')
    await take(namespace)
    await client.config('SET', 'maxmemory', '1')
    await refused(t, () => take(namespace), /^the Redis store is full: OOM/)
    await refused(t, () => namespace.take('y', success), /full/)
    await inSoon(t, /full/, store.problem)
    t.match(await namespace.ledgerEntry('x'), { attempts: 1 })
    await namespace.reset()
    await client.config('SET', 'maxmemory', '0')
    await until(() => store.problem() === undefined)
    t.match(store.changes, [/full/, undefined])
    t.match(await take(namespace), { attempts: 1 })
  })

  t.test('where only the ledger answers, the answer stands', async (t) => {
    const store = await openRedis(t, redis.url, { prefix: 'torn' })
    const namespace = store.namespace('')
    await namespace.runtimeRules()
    await client.set('torn:{ns:}:hits', 'not a hash')
    t.match(await take(namespace), { attempts: 1 })
    await refused(t, () => namespace.hits(), /^the Redis store cannot serve: WRONGTYPE/)
    await client.set('torn:namespaces', 'not a set')
    await store.namespace('a').runtimeRules()
    await refused(t, () => store.size(), /WRONGTYPE/)
  })

  t.test('a Redis that hangs is given up in time, and used again when it goes on', async (t) => {
    const store = await openRedis(t, redis.url)
    const namespace = store.namespace('')
    await take(namespace)
    redis.signal('SIGSTOP')
    await refused(t, () => take(namespace), /did not answer within 250 ms/)
    await refused(t, () => take(namespace), /does not answer in time/)
    await inSoon(t, /did not answer/, store.problem)
    redis.signal('SIGCONT')
    await until(() => store.problem() === undefined)
    t.ok((await take(namespace)).attempts >= 2)
  })

  t.test('a Redis that is away is waited for', async (t) => {
    const other = await startRedis(t, '--appendonly', 'yes', '--appendfsync', 'always')
    const store = await openRedis(t, other.url)
    const namespace = store.namespace('')
    await take(namespace)
    const stop = namespace.journal.subscribe({ onEntry: () => {}, onEnd: () => {} })
    await other.crash()
    await inSoon(t, /^the Redis store is away/, store.problem)
    await refused(t, () => take(namespace), /is away/)
    stop()
    t.teardown(namespace.journal.subscribe({ onEntry: () => {}, onEnd: () => {} }))
    await other.restart()
    await until(() => store.problem() === undefined)
    t.match(await take(namespace), { attempts: 2, final: { resultCode: 'SUCCESS' } }, 'it has forgotten nothing')
  })

  t.test('a Redis that is not there yet is no reason not to start', async (t) => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    t.teardown(() => silent.close())
    const { port } = silent.address() as { port: number }
    for (const url of [
      'redis://127.0.0.1:1',
      `redis://127.0.0.1:${port}`,
      'rediss+sentinel://:a@127.0.0.1:1/m?sentinelPassword=b',
      'rediss+cluster://me:p@localhost:1',
    ]) {
      const store = await openRedis(t, url)
      t.match(store.problem(), /^the Redis store is away: /, url)
      t.equal(store.changes.length, 1)
      await refused(t, () => store.namespace('').runtimeRules(), /is away/)
    }
  })

  t.test('a Redis that has become a replica is refused until it takes writes again', async (t) => {
    const store = await openRedis(t, redis.url)
    const namespace = store.namespace('')
    await take(namespace)
    await client.replicaof('127.0.0.1', 1)
    await refused(t, () => take(namespace), /READONLY/)
    await client.replicaof('NO', 'ONE')
    await until(() => store.problem() === undefined)
    t.match(await take(namespace), { attempts: 2 })
  })

  t.test('a password is given, and its lack told', async (t) => {
    const { port } = await startRedis(t, '--requirepass', 'pass w@rd')
    const known = await openRedis(t, `redis://:pass%20w%40rd@127.0.0.1:${port}/3`)
    t.match(await take(known.namespace('')), { attempts: 1 })
    t.match((await openRedis(t, `redis://127.0.0.1:${port}`)).problem(), /NOAUTH/)
  })

  t.test('TLS is spoken, and certificates that nobody vouches for are refused', async (t) => {
    const { key, cert } = tlsPair('server')
    const folder = t.testdir({ key: String(key), cert: String(cert) })
    const files = ['--tls-key-file', `${folder}/key`, '--tls-cert-file', `${folder}/cert`, '--tls-auth-clients', 'no']
    const port = await freePort()
    await startRedis(t, '--port', '0', '--tls-port', String(port), '--tls-ca-cert-file', `${folder}/cert`, ...files)
    const store = await openRedis(t, `rediss://127.0.0.1:${port}`)
    t.match(store.problem(), /self.signed certificate/)
  })

  t.test('sentinels know where the Redis is', async (t) => {
    const { port } = await startSentinel(t, redis)
    const store = await openRedis(t, `redis+sentinel://127.0.0.1:${port}/mymaster`)
    t.equal(store.problem(), undefined)
    t.match(await take(store.namespace('')), { attempts: 1 })
  })

  t.test('a cluster of three shares the work, and names the node that is lost', async (t) => {
    const nodes = await startCluster(t)
    const store = await openRedis(t, `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, {
      namespaceMax: 2,
    })
    await until(() => store.problem() === undefined)
    const follower = new Promise<void>((resolve) => {
      t.teardown(store.namespace('').journal.subscribe({ onEntry: resolve, onEnd: () => {} }))
    })
    for (const name of ['', 'a', 'b', 'c']) {
      const namespace = store.namespace(name)
      await namespace.addRules([{ name: 'r', reply: 'SUCCESS' }])
      await namespace.runtimeRules()
      const some = Array.from({ length: 20 }, (_, n) => `id ${n}`)
      await Promise.all([...some, ...some].map((id) => namespace.take(id, success)))
      for (const id of some) t.match(await namespace.ledgerEntry(id), { attempts: 2, final: { resultCode: 'SUCCESS' } })
      await namespace.journal.append(record())
      t.equal((await namespace.hits()).get('rules/s'), 40)
    }
    await follower
    await until(async () => (await store.size()).namespaces === 2)
    t.match(await store.callCounter(60)('client'), { consumedPoints: 1 })
    await store.namespace('c').reset()
    t.match(await store.namespace('c').take('id 1', failure), { attempts: 1, final: undefined })
    for (const { cli } of nodes) t.ok(Number(cli('dbsize')) > 10, 'each has its share')
    for (const { crash } of nodes) await crash()
    await until(() => store.problem() !== undefined)
    await refused(t, () => take(store.namespace('')), /^the Redis store /)
  })
}
