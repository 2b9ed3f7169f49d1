import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import t from 'tap'
import type { MatchValues } from '../../src/scenarios/rule.js'
import type { RuleDefinition } from '../../src/scenarios/schema.js'
import { type Decision, explainDecision } from '../../src/simulator/decision.js'
import { createMemoryStore } from '../../src/simulator/memory/store.js'
import { createSimulator } from '../../src/simulator/simulator.js'
import type { Store } from '../../src/simulator/store.js'
import { often } from '../fixtures/often.js'
import { compileRules } from '../fixtures/rules.js'

const seed = 'seed'

/** Lets other calls in between before and after each step, as a store beyond the network does. */
function distant(store: Store): Store {
  const slowly = async <T>(step: () => T): Promise<Awaited<T>> => {
    await setImmediate()
    const done = await step()
    await setImmediate()
    return done
  }
  return {
    ...store,
    namespace(name) {
      const namespace = store.namespace(name)
      return {
        ...namespace,
        take: (...call) => slowly(() => namespace.take(...call)),
      }
    },
  }
}

function simulate(definitions: readonly RuleDefinition[], store: Store = createMemoryStore()) {
  const simulator = createSimulator({ rules: compileRules(definitions), store, seed })
  return {
    simulator,
    cancel: (paymentRequestId: string, values: Partial<MatchValues> = {}) =>
      simulator.cancelPayment({ acquirerId: 'A', pspId: 'P', clientId: undefined, ...values, paymentRequestId }),
  }
}

/** What a caller sees of a decision: the code, and (R) for a replay. */
function seen({ result, replayed }: Decision): string {
  return `${result?.resultCode ?? 'nothing'}${replayed ? ' (R)' : ''}`
}

/** What a caller sees who asks for the same id again and again. */
async function answers(reply: RuleDefinition['reply'], calls: number, more: object = {}): Promise<string[]> {
  const { cancel } = simulate([{ name: 'r', reply, ...more }])
  const all: string[] = []
  for (let call = 0; call < calls; call++) all.push(seen(await cancel('ID')))
  return all
}

t.test('steps', async (t) => {
  t.test('the n-th attempt plays step n, and the last step repeats', async (t) => {
    const { cancel } = simulate([
      {
        name: 'r',
        reply: [
          { resultCode: 'UNKNOWN_EXCEPTION', times: 2, httpStatus: 201 },
          { resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT', httpStatus: 202 },
          { resultCode: 'UNKNOWN_EXCEPTION', httpStatus: 203 },
        ],
      },
    ])
    const played: unknown[] = []
    for (let call = 0; call < 6; call++) {
      const { attempt, step, replayed } = await cancel('ID')
      played.push([attempt, step.httpStatus, replayed])
    }
    t.same(played, [
      [1, 201, false],
      [2, 201, false],
      [3, 202, false],
      [4, 203, false],
      [5, 203, false],
      [6, 203, false],
    ])
  })

  t.test('attempts are counted for each id on its own', async (t) => {
    const { cancel } = simulate([{ name: 'r', reply: ['UNKNOWN_EXCEPTION', 'SUCCESS'] }])
    t.equal(seen(await cancel('A')), 'UNKNOWN_EXCEPTION')
    t.equal(seen(await cancel('B')), 'UNKNOWN_EXCEPTION')
    t.equal(seen(await cancel('A')), 'SUCCESS')
  })

  t.test('U becomes S when asked again', async (t) => {
    t.same(await answers([{ resultCode: 'UNKNOWN_EXCEPTION', times: 2 }, 'SUCCESS'], 4), [
      ...['UNKNOWN_EXCEPTION', 'UNKNOWN_EXCEPTION'],
      ...['SUCCESS', 'SUCCESS (R)'],
    ])
  })

  t.test('without a match the payment is cancelled, and that is final too', async (t) => {
    const { cancel, simulator } = simulate([{ name: 'r', match: { pspId: 'X' }, reply: 'PROCESS_FAIL' }])
    const { rule, attempt, result, step } = await cancel('ID')
    t.match({ rule, attempt }, { rule: undefined, attempt: 1 })
    t.same(result, { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' })
    t.match(step, { delay: undefined, fault: undefined, httpStatus: 200, signature: undefined })
    simulator.replaceRules(compileRules([{ name: 'r', reply: 'PROCESS_FAIL' }]))
    t.equal(seen(await cancel('ID')), 'SUCCESS (R)')
  })
})

t.test('final results', async (t) => {
  t.test('S and F are replayed whatever the further steps say', async (t) => {
    t.same(await answers(['SUCCESS', 'PROCESS_FAIL'], 3), ['SUCCESS', 'SUCCESS (R)', 'SUCCESS (R)'])
    t.same(await answers(['PROCESS_FAIL', 'UNKNOWN_EXCEPTION', 'SUCCESS'], 3), [
      ...['PROCESS_FAIL', 'PROCESS_FAIL (R)', 'PROCESS_FAIL (R)'],
    ])
  })

  t.test('a replay has the very message that was given', async (t) => {
    const { cancel } = simulate([
      { name: 'r', reply: [{ resultCode: 'PROCESS_FAIL', resultMessage: 'Account closed' }, 'PROCESS_FAIL'] },
    ])
    await cancel('ID')
    t.equal((await cancel('ID')).result?.resultMessage, 'Account closed')
  })

  t.test('a replay is delivered as its own step says', async (t) => {
    const { cancel } = simulate([
      {
        name: 'r',
        reply: [
          { resultCode: 'SUCCESS', fault: 'connection-reset' },
          { resultCode: 'SUCCESS', delay: '2s' },
        ],
      },
    ])
    t.match(await cancel('ID'), { replayed: false, step: { fault: 'connection-reset', delay: undefined } })
    t.match(await cancel('ID'), { replayed: true, step: { fault: undefined, delay: { from: 2000, to: 2000 } } })
  })

  t.test('stay, whatever the rules say by now and whoever asks', async (t) => {
    const { cancel, simulator } = simulate([{ name: 'r', match: { pspId: 'P' }, reply: 'CANCEL_WINDOW_EXCEED' }])
    await cancel('ID')
    t.equal(seen(await cancel('ID', { acquirerId: 'other', pspId: 'other' })), 'CANCEL_WINDOW_EXCEED (R)')
    const rules = compileRules([{ name: 'new', reply: 'SUCCESS' }])
    simulator.replaceRules(rules)
    t.same(
      (await simulator.rules()).map(({ id }) => id),
      rules.map(({ id }) => id),
    )
    const decision = await cancel('ID')
    t.equal(seen(decision), 'CANCEL_WINDOW_EXCEED (R)')
    t.match(decision, { attempt: 3, rule: { id: 'rules/new' } })
  })

  t.test('a lost request changes nothing but the count; a lost answer has had its effect', async (t) => {
    t.same(await answers([{ fault: 'no-reply', times: 2 }, 'PROCESS_FAIL', { fault: 'empty-reply' }], 4), [
      ...['nothing', 'nothing', 'PROCESS_FAIL', 'PROCESS_FAIL (R)'],
    ])
    t.same(await answers([{ resultCode: 'SUCCESS', fault: 'connection-reset' }, 'PROCESS_FAIL'], 2), [
      ...['SUCCESS', 'SUCCESS (R)'],
    ])
  })

  t.test('an MPP that breaks the promise neither records nor replays', async (t) => {
    t.same(await answers(['SUCCESS', 'PROCESS_FAIL', 'UNKNOWN_EXCEPTION'], 4, { idempotent: false }), [
      ...['SUCCESS', 'PROCESS_FAIL', 'UNKNOWN_EXCEPTION', 'UNKNOWN_EXCEPTION'],
    ])
    const { cancel, simulator } = simulate([{ name: 'r', idempotent: false, reply: 'SUCCESS' }])
    await cancel('ID')
    simulator.replaceRules(compileRules([{ name: 'r', reply: ['SUCCESS', 'PROCESS_FAIL'] }]))
    t.match(await cancel('ID'), { attempt: 2, replayed: false, result: { resultCode: 'PROCESS_FAIL' } })
  })
})

t.test('200 simultaneous calls for one id', async (t) => {
  const stores = { 'a store at hand': (store: Store) => store, 'a store far away': distant }
  for (const [name, wrap] of Object.entries(stores)) {
    t.test(`get one final result, given once, from ${name}`, async (t) => {
      const reply = [{ resultCode: 'UNKNOWN_EXCEPTION' as const, times: 3 }, 'SUCCESS' as const]
      const { cancel } = simulate([{ name: 'r', reply }], wrap(createMemoryStore()))
      const decisions = await Promise.all(Array.from({ length: 200 }, () => cancel('ID')))
      t.same(
        decisions.map(({ attempt }) => attempt).sort((a, b) => a - b),
        Array.from({ length: 200 }, (_, index) => index + 1),
      )
      const count = (what: string) => decisions.filter((decision) => seen(decision) === what).length
      t.same([count('UNKNOWN_EXCEPTION'), count('SUCCESS'), count('SUCCESS (R)')], [3, 1, 196])
    })

    t.test(`get no two different final results from ${name}, though each step has another`, async (t) => {
      const reply = ['SUCCESS', 'PROCESS_FAIL', 'CANCEL_WINDOW_EXCEED'] as const
      const { cancel } = simulate([{ name: 'r', reply: [...reply] }], wrap(createMemoryStore()))
      const decisions = await Promise.all(Array.from({ length: 200 }, () => cancel('ID')))
      t.equal(new Set(decisions.map(({ result }) => result?.resultCode)).size, 1)
      t.equal(decisions.filter(({ replayed }) => !replayed).length, 1)
    })
  }
})

t.test('the same id gets the same final result in any order of calls', async () => {
  const step = fc.constantFrom<(RuleDefinition['reply'] & object) | 'SUCCESS' | 'PROCESS_FAIL' | 'UNKNOWN_EXCEPTION'>(
    ...(['SUCCESS', 'PROCESS_FAIL', 'UNKNOWN_EXCEPTION'] as const),
    { fault: 'no-reply' },
    { resultCode: 'CANCEL_WINDOW_EXCEED', times: 2 },
  )
  const event = fc.record({ id: fc.constantFrom('x', 'y'), psp: fc.constantFrom('P', 'Q'), together: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 4 }),
      fc.array(step, { minLength: 1, maxLength: 4 }),
      fc.array(event, { maxLength: 20 }),
      fc.boolean(),
      async (one, other, events, isFar) => {
        const rules = [
          { name: 'one', match: { pspId: 'P' }, reply: one },
          { name: 'other', reply: other },
        ]
        const store = createMemoryStore()
        const { cancel } = simulate(rules as RuleDefinition[], isFar ? distant(store) : store)
        const finals = new Map<string, Set<string>>()
        const running: Promise<void>[] = []
        for (const { id, psp, together } of events) {
          const call = Promise.resolve(cancel(id, { pspId: psp })).then(({ result }) => {
            if (result === undefined || result.resultStatus === 'U') return
            finals.set(id, (finals.get(id) ?? new Set()).add(result.resultCode))
          })
          running.push(call)
          if (!together) await Promise.all(running)
        }
        await Promise.all(running)
        return [...finals.values()].every((codes) => codes.size === 1)
      },
    ),
    { numRuns: often(100, 500) },
  )
})

t.test('the ledger', async (t) => {
  t.test('lets the oldest id go when it is full, and counts what it let go', async (t) => {
    const store = createMemoryStore({ ledgerMax: 2 })
    const { cancel } = simulate([{ name: 'r', reply: ['SUCCESS', 'PROCESS_FAIL'] }], store)
    await cancel('A')
    await cancel('B')
    await cancel('A')
    t.same(await store.namespace('').ledgerSize(), { entries: 2, evicted: 0 })
    await cancel('C')
    t.same(await store.namespace('').ledgerSize(), { entries: 2, evicted: 1 })
    t.equal((await cancel('B')).attempt, 2, 'B is known still')
    t.equal((await cancel('A')).attempt, 1, 'A is new again')
    t.equal((await cancel('B')).attempt, 1, 'B has made room for A')
    for (let id = 0; id < 1000; id++) await cancel(`N${id}`)
    t.same(await store.namespace('').ledgerSize(), { entries: 2, evicted: 1003 })
  })
})

t.test('a decision explains itself', async (t) => {
  const { cancel } = simulate([{ name: 'r', match: { pspId: 'P' }, reply: ['UNKNOWN_EXCEPTION', 'SUCCESS'] }])
  t.equal(explainDecision(await cancel('ID')), 'step 1 of 2')
  t.equal(explainDecision(await cancel('ID')), 'step 2 of 2')
  t.equal(explainDecision(await cancel('ID')), 'step 2 of 2; the final result is replayed')
  t.equal(explainDecision(await cancel('NEW', { pspId: 'Q' })), 'no rule matches')
})
