import assert from 'node:assert/strict'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { isFinal, type Result, resultOf } from '../../src/protocol/result.js'
import type { Rule } from '../../src/scenarios/rule.js'
import { finalOf } from '../../src/simulator/decision.js'
import { createIdRings } from '../../src/simulator/memory/id-rings.js'
import { createMemoryLedger } from '../../src/simulator/memory/ledger.js'
import { createMemoryStore } from '../../src/simulator/memory/store.js'
import { parseRedisAddress } from '../../src/simulator/redis/address.js'
import { openRedisStore } from '../../src/simulator/redis/store.js'
import type { NamespaceStore } from '../../src/simulator/store.js'
import { skipRedis, startCluster, startRedis } from '../fixtures/redis.js'
import { compileRules } from '../fixtures/rules.js'

const [success, failure, unknown, late, forgetful] = compileRules([
  { name: 's', reply: 'SUCCESS' },
  { name: 'f', reply: { resultCode: 'PROCESS_FAIL', resultMessage: 'no' } },
  { name: 'u', reply: 'UNKNOWN_EXCEPTION' },
  { name: 'l', reply: [{ resultCode: 'UNKNOWN_EXCEPTION', times: 2 }, 'ACCESS_DENIED'] },
  { name: 'i', idempotent: false, reply: 'SUCCESS' },
]) as [Rule, Rule, Rule, Rule, Rule]
const rules = [success, failure, unknown, late, forgetful]

type Step = { kind: 'take'; id: string; otherId: string | undefined; rule: Rule } | { kind: 'forget'; id: string }

const anyId = fc.constantFrom('a', 'b', 'c', 'd', 'e {x}', 'f')
const anyTake = fc
  .record({ id: anyId, other: fc.option(anyId, { nil: undefined }), rule: fc.constantFrom(...rules) })
  .map(({ id, other, rule }): Step => ({ kind: 'take', id, otherId: other === id ? undefined : other, rule }))
const anyStep = fc.oneof(
  { weight: 12, arbitrary: anyTake },
  { weight: 1, arbitrary: anyId.map((id): Step => ({ kind: 'forget', id })) },
)

interface Payment {
  ids: Set<string>
  final: Result | undefined
  finalAt: number | undefined
}

/** What a ledger has to do, written down in the plainest way. */
function createModel() {
  const payments = new Map<string, Payment>()
  const attempts = new Map<string, number>()

  function paymentOf(id: string): Payment {
    const payment = payments.get(id) ?? { ids: new Set([id]), final: undefined, finalAt: undefined }
    payments.set(id, payment)
    return payment
  }

  function link(one: Payment, other: Payment): void {
    if (one === other || (one.final && other.final)) return
    for (const id of other.ids) payments.set(id, one)
    one.ids = new Set([...one.ids, ...other.ids])
    one.finalAt = one.final ? one.finalAt : other.finalAt
    one.final ??= other.final
  }

  return {
    take(id: string, rule: Rule, otherId: string | undefined, at: number) {
      if (otherId !== undefined) link(paymentOf(id), paymentOf(otherId))
      const payment = paymentOf(id)
      const count = (attempts.get(id) ?? 0) + 1
      attempts.set(id, count)
      const { final, finalAt } = payment
      payment.final ??= finalOf(rule, count)
      if (final === undefined && payment.final !== undefined) payment.finalAt = at
      return final === undefined ? { attempts: count, final } : { attempts: count, final, finalAt }
    },
    entry(id: string) {
      const payment = payments.get(id)
      if (payment === undefined) return undefined
      const entry = { attempts: attempts.get(id) ?? 0, final: payment.final }
      return payment.final === undefined ? entry : { ...entry, finalAt: payment.finalAt }
    },
    forget(id: string) {
      const payment = payments.get(id)
      for (const each of payment?.ids ?? []) {
        payments.delete(each)
        attempts.delete(each)
      }
      return payment !== undefined
    },
  }
}

type Open = (t: Test) => Promise<{ fresh: () => NamespaceStore; replicas: () => [NamespaceStore, NamespaceStore] }>

function linking(t: Test, open: Open, runs: number): void {
  t.test('any calls in any order are answered as the plainest ledger would', async (t) => {
    const { fresh } = await open(t)
    await t.resolves(
      fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
          const [namespace, model] = [fresh(), createModel()]
          for (const [at, step] of steps.entries()) {
            if (step.kind === 'forget') assert.equal(await namespace.forget(step.id), model.forget(step.id))
            else {
              const { id, rule, otherId } = step
              const taken = await namespace.take(id, rule, { otherId, at: at + 1 })
              assert.deepEqual(taken, model.take(id, rule, otherId, at + 1))
            }
          }
          for (const id of ['a', 'b', 'c', 'd', 'e {x}', 'f'])
            assert.deepEqual(await namespace.ledgerEntry(id), model.entry(id))
        }),
        { numRuns: runs },
      ),
    )
  })

  t.test('ids that every call names together get one final result, however the calls race', async (t) => {
    const { replicas } = await open(t)
    const call = fc.record({
      partner: fc.constantFrom('r1', 'r2', 'r3'),
      isKey: fc.boolean(),
      isAlone: fc.boolean(),
      rule: fc.constantFrom(success, failure, unknown),
    })
    await t.resolves(
      fc.assert(
        fc.asyncProperty(fc.array(call, { minLength: 100, maxLength: 100 }), async (calls) => {
          const both = replicas()
          const results = await Promise.all(
            calls.map(async ({ partner, isKey, isAlone, rule }, n) => {
              const [id, other] = isKey ? [partner, 'payment'] : ['payment', partner]
              const otherId = isAlone && !isKey ? undefined : other
              const { attempts, final } = await (both[n % 2] as NamespaceStore).take(id, rule, { otherId })
              return final ?? finalOf(rule, attempts)
            }),
          )
          const told = new Set(results.flatMap((result) => result?.resultCode ?? []))
          assert.ok(told.size <= 1, [...told].join(' and '))
          for (const id of ['payment', 'r1', 'r2', 'r3']) {
            const known = await both[0].ledgerEntry(id)
            if (known !== undefined) assert.deepEqual([...told], known.final ? [known.final.resultCode] : [])
          }
        }),
        { numRuns: Math.ceil(runs / 10) },
      ),
    )
  })

  t.test('no id is ever told two final results, whatever else is linked meanwhile', async (t) => {
    const { replicas } = await open(t)
    await t.resolves(
      fc.assert(
        fc.asyncProperty(fc.array(anyTake, { minLength: 100, maxLength: 100 }), async (calls) => {
          const both = replicas()
          const told = new Map<string, Set<string>>()
          await Promise.all(
            calls.map(async (call, n) => {
              if (call.kind !== 'take' || call.rule === forgetful) return
              const { id, rule, otherId } = call
              const { attempts, final } = await (both[n % 2] as NamespaceStore).take(id, rule, { otherId })
              const result = final ?? finalOf(rule, attempts)
              if (result !== undefined && isFinal(result))
                told.set(id, (told.get(id) ?? new Set()).add(result.resultCode))
            }),
          )
          for (const [id, codes] of told) assert.equal(codes.size, 1, `${id}: ${[...codes].join(' and ')}`)
        }),
        { numRuns: Math.ceil(runs / 10) },
      ),
    )
  })

  t.test('many ids of one payment lead to its result, and forgetting one forgets them', async (t) => {
    const namespace = (await open(t)).fresh()
    const ids = Array.from({ length: 50 }, (_, n) => `id ${n}`)
    for (const [n, id] of ids.entries()) await namespace.take(id, unknown, { otherId: ids[n + 1] ?? 'last' })
    await namespace.take('last', success, { at: 7 })
    const answers = await Promise.all(ids.map((id) => namespace.take(id, failure)))
    t.ok(answers.every(({ final, finalAt }) => final?.resultCode === 'SUCCESS' && finalAt === 7))
    await namespace.take('later', unknown, { otherId: 'id 3' })
    t.equal(await namespace.forget('id 20'), true)
    const left = await Promise.all([...ids, 'last', 'later'].map((id) => namespace.ledgerEntry(id)))
    t.ok(left.every((entry) => entry === undefined))
  })
}

t.test('in memory', async (t) => {
  linking(
    t,
    async () => ({
      fresh: () => createMemoryStore().namespace(''),
      replicas: () => {
        const one = createMemoryStore().namespace('')
        return [one, one]
      },
    }),
    300,
  )

  t.test('the table stays bounded: the oldest ids go, and take their links along', async (t) => {
    const { take, ledgerEntry, ledgerSize } = createMemoryStore({ ledgerMax: 4 }).namespace('')
    await take('r1', success, { otherId: 'p1' })
    await take('r2', unknown, { otherId: 'p2' })
    await take('r3', unknown, { otherId: 'p2' })
    t.same(await ledgerSize(), { entries: 4, evicted: 1 })
    t.equal(await ledgerEntry('p1'), undefined)
    t.match(await ledgerEntry('r1'), { final: resultOf('SUCCESS') })
    await take('r4', failure, { otherId: 'r1' })
    t.match(await ledgerEntry('r1'), { attempts: 0, final: { resultCode: 'PROCESS_FAIL' } }, 'it came back as another')
    t.equal(await ledgerEntry('p2'), undefined)
    await take('r3', success)
    t.match(await ledgerEntry('r2'), { final: resultOf('SUCCESS') }, 'what p2 has linked stays linked')
  })

  t.test('an id that is pushed out by its own partner comes back at once', async (t) => {
    const { take, ledgerEntry } = createMemoryStore({ ledgerMax: 2 }).namespace('')
    await take('old', unknown)
    await take('newer', unknown)
    await take('key', success, { otherId: 'old' })
    t.match(await ledgerEntry('old'), { attempts: 0, final: resultOf('SUCCESS') })
  })

  t.test('a ledger for a single id links nothing', async (t) => {
    const { take, ledgerEntry } = createMemoryStore({ ledgerMax: 1 }).namespace('')
    t.same(await take('key', success, { otherId: 'other' }), { attempts: 1, final: undefined })
    t.equal(await ledgerEntry('other'), undefined)
  })

  t.test('an id that takes the place of another does not get its time', async (t) => {
    const ledger = createMemoryLedger({ max: 2, onGrowth: () => {}, onEvict: () => {} })
    ledger.take('timed', success, { at: 1_769_832_000 })
    t.match(ledger.entry('timed'), { finalAt: 1_769_832_000 })
    ledger.take('b', success)
    ledger.take('c', success)
    t.same(ledger.entry('c'), { attempts: 1, final: resultOf('SUCCESS') })
  })

  t.test('linking costs no more for the thousandth id of a payment than for the second', async (t) => {
    const ledger = createMemoryLedger({ max: 100_000, onGrowth: () => {}, onEvict: () => {} })
    for (let n = 0; n < 20_000; n++) ledger.take(`r${n}`, unknown, { otherId: 'p' })
    for (let n = 0; n < 20_000; n++) ledger.take(`r${n}`, unknown, { otherId: 'p' })
    ledger.take('p', success)
    t.match(ledger.entry('r0'), { attempts: 2, final: resultOf('SUCCESS') })
    t.equal(ledger.forget('r9'), true)
    t.same(ledger.size(), { entries: 0, evicted: 0 })
  })

  t.test('a place that has left its ring is alone, and so is one that was never in one', async (t) => {
    const rings = createIdRings()
    rings.leave(9)
    rings.join(1, 2)
    rings.join(2, 3)
    t.same(
      [rings.isJoined(1, 3), rings.isJoined(1, 4), rings.isJoined(4, 5), rings.isJoined(4, 4)],
      [true, false, false, true],
    )
    rings.leave(2)
    t.same(
      [rings.isJoined(1, 2), rings.isJoined(1, 3), rings.after(1), rings.after(3), rings.after(2)],
      [false, true, 3, 1, 2],
    )
    rings.clear()
    t.equal(rings.after(1), 1)
  })
})

let prefixes = 0

async function openReplica(t: Test, url: string, prefix: string) {
  const address = parseRedisAddress(url)
  if (address === undefined) throw new Error(url)
  const now = () => performance.now()
  const store = await openRedisStore({
    address,
    prefix,
    ledgerTtl: 60_000,
    stepBudget: 20_000,
    now,
    onChange: () => {},
    onDoubt: () => {},
  })
  t.teardown(store.close)
  return store
}

/** Namespaces of two replicas of one store: each is used for one run. */
const openOn = (url: string): Open => {
  let runs = 0
  return async (t) => {
    const prefix = `linked${++prefixes}`
    const [one, other] = await Promise.all([openReplica(t, url, prefix), openReplica(t, url, prefix)])
    return {
      fresh: () => one.namespace(`n${++runs}`),
      replicas: () => [one.namespace(`n${++runs}`), other.namespace(`n${runs}`)],
    }
  }
}

t.test('in Redis', { skip: skipRedis }, async (t) => {
  const redis = await startRedis(t)
  linking(t, openOn(redis.url), 40)

  t.test('a reset makes links void, also for replicas that have not heard of it', async (t) => {
    const [one, other] = (await openOn(redis.url)(t)).replicas()
    await one.take('a', success, { otherId: 'b', at: 5 })
    await other.take('a', unknown)
    await one.reset()
    t.same(await other.take('a', unknown, { otherId: 'c' }), { attempts: 1, final: undefined })
    t.same(await one.take('b', unknown), { attempts: 1, final: undefined })
    await one.take('c', failure)
    t.match(await other.ledgerEntry('a'), { final: { resultCode: 'PROCESS_FAIL' } })
  })

  t.test('all ids of a payment live as long as one of them is called', async (t) => {
    const prefix = `linked${++prefixes}`
    const namespace = (await openReplica(t, redis.url, prefix)).namespace('')
    await namespace.take('a', unknown, { otherId: 'b' })
    await namespace.take('b', unknown, { otherId: 'c' })
    const keys = ['a', 'b', 'c'].map((id) => `${prefix}:{id:|${id}}`)
    for (const key of keys) t.ok(Number(redis.cli('PTTL', key)) > 0, key)
    for (const key of keys) redis.cli('PEXPIRE', key, '50000')
    await namespace.take('a', unknown, { otherId: 'b' })
    await namespace.take('b', unknown, { otherId: 'c' })
    for (const key of keys) t.ok(Number(redis.cli('PTTL', key)) > 50_000, key)
  })

  t.test('an entry lists no more ids than it can forget in one go', async (t) => {
    const prefix = `linked${++prefixes}`
    const namespace = (await openReplica(t, redis.url, prefix)).namespace('')
    await namespace.take('p', success)
    for (let n = 0; n < 120; n++) await namespace.take(`r${n}`, unknown, { otherId: 'p' })
    t.equal(JSON.parse(redis.cli('HGET', `${prefix}:{id:|p}`, 'l')).length, 100)
    t.match(await namespace.ledgerEntry('r119'), { final: resultOf('SUCCESS') })
  })
})

t.test('in a cluster, where each id is in a slot of its own', { skip: skipRedis }, async (t) => {
  const nodes = await startCluster(t)
  linking(t, openOn(`redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`), 20)
})
