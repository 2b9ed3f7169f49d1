import { randomFillSync } from 'node:crypto'
import t from 'tap'
import { resultOf } from '../../src/protocol/result.js'
import type { Rule } from '../../src/scenarios/rule.js'
import { createClock } from '../../src/server/clock.js'
import { explainAttempt, viewExplanation } from '../../src/simulator/explain.js'
import { createMemoryJournal, type JournalRecord } from '../../src/simulator/journal.js'
import { selectEntries } from '../../src/simulator/journal-filter.js'
import { viewEntry } from '../../src/simulator/journal-view.js'
import { emptyFingerprint, fingerprint } from '../../src/simulator/memory/fingerprint.js'
import { createMemoryStore } from '../../src/simulator/memory/store.js'
import { maxRuntimeRules } from '../../src/simulator/rule-cost.js'
import { checkRules, createRuntimeRules } from '../../src/simulator/runtime-rules.js'
import { createSimulator } from '../../src/simulator/simulator.js'
import { collidingIds, wordWithoutKey } from '../fixtures/colliding-ids.js'
import { ids } from '../fixtures/control.js'
import { often } from '../fixtures/often.js'
import { compileRules } from '../fixtures/rules.js'

function record(fields: Partial<JournalRecord> = {}): JournalRecord {
  return {
    at: 0,
    durationMs: 1.23456,
    clientId: undefined,
    method: 'POST',
    path: '/v1/payments/cancelPayment',
    headers: [],
    body: undefined,
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

const [success, failure, unknown] = compileRules([
  { name: 's', reply: 'SUCCESS' },
  { name: 'f', reply: 'PROCESS_FAIL' },
  { name: 'u', reply: 'UNKNOWN_EXCEPTION' },
]) as [Rule, Rule, Rule]

const idsIn = (entries: readonly { id: number }[]) => entries.map(({ id }) => id)
const call = (paymentRequestId: string, clientId?: string) => ({ ...ids, paymentRequestId, clientId })

t.test('a full journal lets the oldest entries go and counts them', async (t) => {
  const journal = createMemoryJournal({ max: 3 })
  for (let n = 1; n <= 5; n++) await journal.append(record())
  t.same(idsIn(await journal.read()), [3, 4, 5])
  t.match(journal.size(), { entries: 3, evicted: 2 })
  t.same(idsIn(await journal.read({ after: 3 })), [4, 5])
  t.same(idsIn(await journal.read({ after: 1, limit: 1 })), [3])
  t.same(idsIn(await journal.read({ after: 5 })), [])
  t.equal(await journal.lastId(), 5)
})

t.test('a journal is bounded by bytes too, whatever the letters', async (t) => {
  const journal = createMemoryJournal({ maxBytes: 10_000 })
  for (let n = 1; n <= 5; n++) await journal.append(record({ body: 'ä'.repeat(500), headers: ['A', 'x'.repeat(1000)] }))
  t.ok(journal.size().bytes <= 10_000)
  t.match(journal.size(), { entries: 2, evicted: 3 })
  await journal.append(record({ body: 'x'.repeat(20_000) }))
  t.match(journal.size(), { entries: 1 }, 'the newest entry stays, however large')
})

t.test('an emptied journal goes on counting', async (t) => {
  const journal = createMemoryJournal({ max: 2 })
  for (let n = 1; n <= 3; n++) await journal.append(record())
  await journal.clear()
  t.same(journal.size(), { entries: 0, bytes: 0, evicted: 0 })
  await journal.append(record())
  t.same(idsIn(await journal.read()), [4])
})

t.test('a filter takes what is equal in all that it names, and of that the newest', async (t) => {
  const journal = createMemoryJournal()
  await journal.append(record({ at: 10, pspId: 'P', rule: 'a/b' }))
  await journal.append(record({ at: 20, pspId: 'P', acquirerId: 'A', result: resultOf('PROCESS_FAIL') }))
  await journal.append(record({ at: 30, pspId: 'Q', clientId: 'C', paymentRequestId: 'I' }))
  const entries = await journal.read()
  const select = (filter: object) => idsIn(selectEntries(entries, filter).entries)
  t.same(select({}), [1, 2, 3])
  t.same(select({ pspId: 'P' }), [1, 2])
  t.same(select({ pspId: 'P', acquirerId: 'A' }), [2])
  t.same(select({ clientId: 'C', paymentRequestId: 'I' }), [3])
  t.same(select({ rule: 'a/b' }), [1])
  t.same(select({ resultCode: 'PROCESS_FAIL' }), [2])
  t.same(select({ since: 20 }), [2, 3])
  t.same(selectEntries(entries, { limit: 2 }).total, 3)
  t.same(select({ limit: 2 }), [2, 3])
  t.same(select({ limit: 0 }), [])
})

t.test('an entry is shown without its secrets', async (t) => {
  const signature = `algorithm=RSA256,keyVersion=1,signature=${'x'.repeat(344)}`
  const headers = ['Signature', signature, 'Authorization', 'Bearer secret', 'X-A', '1', 'x-a', '2', 'B', 'b']
  for (const name of ['Cookie', 'X-Api-Key', 'Proxy-Authorization']) headers.push(name, 'Basic secret')
  const view = viewEntry({ id: 7, ...record({ headers, body: '{}', signature: 'invalid', fault: 'slow-body' }) }, 'ns')
  t.equal(view.headers.signature, `${signature.slice(0, 56)}...`)
  t.match(view.headers, { authorization: 'Bearer ...', 'x-a': '1, 2', b: 'b' })
  t.match(view, { id: 7, at: '1970-01-01T00:00:00.000Z', namespace: 'ns', durationMs: 1.235, body: '{}', rule: null })
  const short = viewEntry({ id: 7, ...record({ headers: ['signature', 'short'] }) }, '')
  t.equal(short.headers.signature, 'short')
  t.equal(short.namespace, null)
  t.notMatch(JSON.stringify(view), 'secret')
  const { path } = viewEntry({ id: 7, ...record({ path: '/x?a=1&access_token=t&apiKey=k&b=2' }) }, '')
  t.equal(path, '/x?a=1&access_token=...&apiKey=...&b=2')
})

t.test('the ledger counts, settles once, forgets, and lets the oldest id go', async (t) => {
  const { take, ledgerEntry, forget, ledgerSize, reset } = createMemoryStore({ ledgerMax: 2 }).namespace('')
  const first = await take('a', unknown)
  t.strictSame(await take('a', success), { attempts: 2, final: undefined }, 'the ledger as it was before')
  t.equal(first.attempts, 1, 'what was returned does not change')
  t.match(await take('a', failure), { attempts: 3, final: { resultCode: 'SUCCESS' } })
  t.match(await ledgerEntry('a'), { attempts: 3, final: { resultCode: 'SUCCESS' } })
  t.equal(await ledgerEntry('b'), undefined)
  t.equal(await forget('a'), true)
  t.equal(await forget('a'), false)
  for (const id of ['c', 'd', 'e']) await take(id, success)
  t.same(await ledgerSize(), { entries: 2, evicted: 1 })
  await reset()
  t.same(await ledgerSize(), { entries: 0, evicted: 0 })
  for (const id of ['f', 'g', 'h']) await take(id, success)
  t.same(await ledgerSize(), { entries: 2, evicted: 1 }, 'it goes on evicting after a reset')
})

t.test('the ledger does what a plain Map would, in any order of calls', async (t) => {
  const ledgerMax = 300
  const { take, ledgerEntry, forget, ledgerSize } = createMemoryStore({ ledgerMax }).namespace('')
  const model = new Map<string, { attempts: number; final: string | undefined }>()
  const wrong: string[] = []
  let seed = 1
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  for (let n = 0; n < 20_000; n++) {
    // Ids come in waves, so that the ledger fills, empties and fills again.
    const id = `ORDER-${random(500) + 100 * Math.floor(n / 2000)}`
    const known = model.get(id)
    if (random(10) < 4) {
      if ((await forget(id)) !== model.delete(id)) wrong.push(`${n}: forgets ${id}`)
      continue
    }
    const rule = [success, failure, unknown][random(3)] as Rule
    const given = await take(id, rule)
    if (given.attempts !== (known?.attempts ?? 0) + 1 || given.final?.resultCode !== known?.final)
      wrong.push(`${n}: takes ${id}`)
    const [oldest = ''] = model.keys()
    if (known === undefined && model.size === ledgerMax) model.delete(oldest)
    const own = rule === unknown ? undefined : rule.steps[0].result?.resultCode
    model.set(id, { attempts: given.attempts, final: known?.final ?? own })
  }
  t.same(wrong, [])
  t.equal((await ledgerSize()).entries, model.size)
  for (const [id, { attempts, final }] of model) {
    const entry = await ledgerEntry(id)
    if (entry?.attempts !== attempts || entry.final?.resultCode !== final) wrong.push(id)
  }
  t.same(wrong, [])
})

t.test('no two ids are taken for one: half of a fingerprint tells them all apart', async (t) => {
  const count = often(20_000, 100_000)
  const id = emptyFingerprint()
  for (const idOf of [
    (n: number) => `ORDER-${n}`,
    (n: number) => `${20200101234567890132n + BigInt(n)}`,
    (n: number) => `${'a'.repeat(n % 40)}${n.toString(2)}`,
  ]) {
    const halves = [new Set<string>(), new Set<string>(), new Set<string>()] as const
    for (let n = 0; n < count; n++) {
      const [a, b, c, d] = fingerprint(idOf(n), id)
      halves[0].add(`${a} ${b}`)
      halves[1].add(`${c} ${d}`)
      halves[2].add(`${a} ${d}`)
    }
    t.same(
      halves.map(({ size }) => size),
      [count, count, count],
      idOf(7),
    )
  }
})

t.test('namespaces: the least recently used one leaves first, and never the main one', async (t) => {
  const store = createMemoryStore({ namespaceMax: 2 })
  await store.namespace('').take('main', success)
  for (const name of ['a', 'b']) await store.namespace(name).take('x', success)
  await store.namespace('b').journal.append(record())
  store.namespace('a')
  await store.namespace('c').take('x', success)
  t.equal((await store.size()).namespaces, 2)
  t.match(await store.size(), { ledger: { entries: 3, evicted: 1 }, journal: { entries: 0, evicted: 1 } })
  t.match(await store.namespace('').ledgerEntry('main'), { attempts: 1 })
  t.match(await store.namespace('a').ledgerEntry('x'), { attempts: 1 })
  t.equal(await store.namespace('b').ledgerEntry('x'), undefined, 'it starts anew')
})

t.test('namespaces that hold too much together leave too, the least recently used first', async (t) => {
  const store = createMemoryStore({ namespaceBytes: 5000 })
  const old = store.namespace('old')
  let ended = 0
  old.journal.subscribe({ onEntry: () => {}, onEnd: () => ended++ })
  for (let n = 1; n <= 4; n++) await old.journal.append(record())
  for (let n = 1; n <= 4; n++) await store.namespace('').journal.append(record())
  t.equal((await store.size()).namespaces, 1, 'the main one does not count')
  for (let n = 1; n <= 6; n++) await store.namespace('new').journal.append(record())
  t.equal((await store.size()).namespaces, 1)
  t.equal(ended, 1, 'who listens is told')
  await old.journal.append(record())
  await old.take('late', success)
  t.match(await store.size(), { ledger: { entries: 0 } }, 'what a late call writes is nowhere')
  for (let n = 1; n <= 9; n++) await store.namespace('new').journal.append(record())
  t.equal((await store.size()).namespaces, 1, 'the last one stays, however much it holds')
})

t.test('no namespace holds more than a tenth of the ids', async (t) => {
  const store = createMemoryStore({ ledgerMax: 20 })
  for (let n = 1; n <= 5; n++) await store.namespace('flood').take(`id ${n}`, success)
  t.same(await store.namespace('flood').ledgerSize(), { entries: 2, evicted: 3 })
})

t.test('runtime rules: the newest first, several in their own order, each name once', async (t) => {
  const namespace = createSimulator({
    rules: compileRules([{ name: 'f', reply: 'SUCCESS' }]),
    store: createMemoryStore(),
    seed: '',
  })
  const idsInForce = async () => (await namespace.rules()).map(({ id }) => id)
  t.same(await namespace.addRules([{ name: 'a', reply: 'PROCESS_FAIL' }]), [])
  t.same(
    await namespace.addRules([
      { name: 'b', reply: 'SUCCESS' },
      { name: 'c', reply: 'SUCCESS' },
    ]),
    [],
  )
  t.same(await idsInForce(), ['runtime/b', 'runtime/c', 'runtime/a', 'rules/f'])
  t.match(
    await namespace.addRules([
      { name: 'd', reply: 'SUCCESS' },
      { name: 'b', reply: 'SUCCESS' },
    ]),
    [{ path: [1, 'name'] }],
  )
  t.match(
    await namespace.addRules([
      { name: 'd', reply: 'SUCCESS' },
      { name: 'd', reply: 'SUCCESS' },
    ]),
    [{ path: [1, 'name'] }],
  )
  t.match(await namespace.addRules([{ name: 'd', reply: 'SUCESS' }]), [{ path: [0, 'reply'] }])
  t.equal((await idsInForce()).length, 4, 'all of them or none')
  t.equal(await namespace.removeRule('b'), true)
  t.equal(await namespace.removeRule('b'), false)
  await namespace.cancelPayment(call('1'))
  await namespace.removeRule('c')
  await namespace.cancelPayment(call('2'))
  t.match(await namespace.rules(), [
    { id: 'runtime/a', hits: 1, isRuntime: true },
    { id: 'rules/f', hits: 0, isRuntime: false },
  ])
  await namespace.removeRules()
  t.same(await idsInForce(), ['rules/f'])
  await namespace.addRules([{ name: 'a', reply: 'SUCCESS' }])
  t.match(await namespace.rules(), [{ hits: 0 }], 'a new rule of an old name has no hits')
  const many = Array.from({ length: maxRuntimeRules }, (_, n) => ({ name: `n${n}`, reply: 'SUCCESS' }))
  t.match(await namespace.addRules(many), [
    { path: [], message: '10000 runtime rules are the most; these would be 10001' },
  ])
})

t.test('runtime rules are compiled once, and invalid ones from elsewhere are passed over', async (t) => {
  const indexed = createRuntimeRules('')
  const valid = { name: 'a', reply: 'SUCCESS' } as const
  const list = [valid]
  t.equal(indexed(list), indexed(list))
  t.equal(indexed([{ ...valid, name: 'b' }, valid]).rules[1], indexed(list).rules[0])
  t.same(indexed([{ name: 'c', reply: 'SUCESS' } as never]).rules, [])
  t.match(checkRules([{ name: 'c', reply: 'SUCESS' }], () => [], true).mistakes, [{ path: ['reply'] }])
})

t.test('rules of files change for all namespaces at once, runtime rules stay in their own', async (t) => {
  const simulator = createSimulator({ rules: [], store: createMemoryStore(), seed: '' })
  const namespace = simulator.namespace('a')
  t.equal(namespace, simulator.namespace('a'))
  await namespace.addRules([{ name: 'r', match: { paymentRequestId: 'R' }, reply: 'PROCESS_FAIL' }])
  simulator.replaceRules(compileRules([{ name: 'f', reply: 'ACCESS_DENIED' }]))
  const codes = []
  for (const each of [namespace, simulator])
    for (const id of ['R', 'other']) codes.push((await each.cancelPayment(call(id))).result?.resultCode)
  t.same(codes, ['PROCESS_FAIL', 'ACCESS_DENIED', 'ACCESS_DENIED', 'ACCESS_DENIED'])
})

t.test('calls that arrive at the same moment get the same final result', async (t) => {
  const rules = compileRules([{ name: 'f', reply: ['SUCCESS', 'PROCESS_FAIL'] }])
  const simulator = createSimulator({ rules, store: createMemoryStore(), seed: '' })
  const decisions = await Promise.all([1, 2, 3].map(() => simulator.cancelPayment(call('x'))))
  t.same(
    decisions.map(({ attempt }) => attempt),
    [1, 2, 3],
  )
  t.same(
    decisions.map(({ result }) => result?.resultCode),
    ['SUCCESS', 'SUCCESS', 'SUCCESS'],
  )
  t.same(
    decisions.map(({ replayed }) => replayed),
    [false, true, true],
  )
})

const explained = compileRules([
  { name: 'two fields', match: { pspId: 'other', clientId: { not: '*' } }, reply: 'SUCCESS' },
  { name: 'one field', match: { pspId: ['other', 'x*'] }, reply: 'SUCCESS' },
  { name: 'chance', chance: 0.000001, reply: 'SUCCESS' },
  { name: 'lucky', chance: 0.9999999, match: { clientId: 'none' }, reply: 'SUCCESS' },
  {
    name: 'it',
    match: { paymentRequestId: 'I*' },
    reply: [{ resultCode: 'UNKNOWN_EXCEPTION', times: 2 }, 'SUCCESS', 'PROCESS_FAIL'],
  },
  { name: 'lost', match: { paymentRequestId: 'L*' }, reply: { fault: 'no-reply' } },
])

t.test('an explanation names the rule that answers, and why those before it do not, near misses first', async (t) => {
  const explanation = explainAttempt(explained, call('I', 'C'), { seed: 's', attempt: 1 })
  t.match(explanation, { rule: 'rules/it', step: { number: 1, of: 3, definition: { times: 2 } }, replayed: false })
  t.match(viewExplanation(explanation).misses, [
    { rule: 'rules/chance', fields: [], chance: { chance: 0.000001, drawn: Number } },
    { rule: 'rules/one field', fields: [{ field: 'pspId', pattern: ['other', 'x*'], value: ids.pspId }], chance: null },
    { rule: 'rules/lucky', fields: [{ field: 'clientId', pattern: 'none', value: 'C' }], chance: null },
    { rule: 'rules/two fields', fields: [{ field: 'pspId' }, { field: 'clientId', pattern: { not: '*' } }] },
  ])
})

t.test('an explanation tells what the n-th call is given, replays included', async (t) => {
  const codeOf = (id: string, attempt: number, rules = explained) => {
    const { result, replayed } = explainAttempt(rules, call(id), { seed: 's', attempt })
    return `${result?.resultCode}${replayed ? ' replayed' : ''}`
  }
  t.equal(codeOf('I', 2), 'UNKNOWN_EXCEPTION')
  t.equal(codeOf('I', 3), 'SUCCESS')
  t.equal(codeOf('I', 4), 'SUCCESS replayed')
  t.equal(codeOf('L', 4), 'undefined')
  t.equal(codeOf('none', 1), 'SUCCESS')
  t.equal(codeOf('none', 2), 'SUCCESS replayed')
  const forgetful = compileRules([{ name: 'f', idempotent: false, reply: ['SUCCESS', 'PROCESS_FAIL'] }])
  t.equal(codeOf('I', 2, forgetful), 'PROCESS_FAIL')
  const view = viewExplanation(explainAttempt(explained, call('none'), { seed: 's', attempt: 1 }))
  t.match(view, { rule: null, step: { definition: { resultCode: 'SUCCESS' } }, reason: 'no rule matches' })
  t.equal(viewExplanation(explainAttempt(explained, call('L'), { seed: 's', attempt: 1 })).result, null)
})

t.test('explaining counts nothing', async (t) => {
  const simulator = createSimulator({ rules: explained, store: createMemoryStore(), seed: 's' })
  for (let n = 1; n <= 3; n++) await simulator.cancelPayment(call('I'))
  for (let n = 1; n <= 2; n++)
    t.match(await simulator.explain(call('I')), { attempt: 4, result: { resultCode: 'SUCCESS' }, replayed: true })
  t.match(await simulator.ledgerEntry('I'), { attempts: 3 })
  t.match(
    (await simulator.rules()).find(({ id }) => id === 'rules/it'),
    { hits: 3 },
  )
})

t.test('the clock has fractions, and follows the system when it is set', async (t) => {
  let wall = Date.now()
  const clock = createClock(() => wall)
  t.ok(Math.abs(clock() - wall) < 1000)
  wall += 3_600_000
  t.ok(Math.abs(clock() - wall) < 1000)
  t.equal(typeof createClock()(), 'number')
})

const mask = 2n ** 64n - 1n

/** SipHash with 128 bits, as its authors have it, slowly. */
function slowSipHash(bytes: Buffer, [k0, k1]: readonly [bigint, bigint], rounds: readonly [number, number]): bigint[] {
  const turn = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & mask
  let [a, b] = [k0 ^ 0x736f6d6570736575n, k1 ^ 0x646f72616e646f6dn ^ 0xeen]
  let [c, d] = [k0 ^ 0x6c7967656e657261n, k1 ^ 0x7465646279746573n]
  const run = (times: number) => {
    for (let n = 0; n < times; n++) {
      a = (a + b) & mask
      b = turn(b, 13n) ^ a
      a = turn(a, 32n)
      c = (c + d) & mask
      d = turn(d, 16n) ^ c
      a = (a + d) & mask
      d = turn(d, 21n) ^ a
      c = (c + b) & mask
      b = turn(b, 17n) ^ c
      c = turn(c, 32n)
    }
  }
  const padded = Buffer.alloc(8 * ((bytes.length >> 3) + 1))
  bytes.copy(padded)
  padded.writeUInt8(bytes.length & 255, padded.length - 1)
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at)
    d ^= word
    run(rounds[0])
    a ^= word
  }
  c ^= 0xeen
  run(rounds[1])
  const first = a ^ b ^ c ^ d
  b ^= 0xddn
  run(rounds[1])
  return [first, a ^ b ^ c ^ d]
}

t.test('a fingerprint is SipHash-1-3 over the UTF-16 units of the id', async (t) => {
  const numbers = slowSipHash(Buffer.alloc(0), [0x0706050403020100n, 0x0f0e0d0c0b0a0908n], [2, 4])
  t.same(numbers, [0xe6a825ba047f81a3n, 0x930255c71472f66dn], 'the first vector of the authors')
  const key = randomFillSync(new Int32Array(4))
  const keyWords = new BigUint64Array(key.buffer)
  const texts = Array.from({ length: 200 }, (_, n) => String.fromCharCode(...randomFillSync(new Uint16Array(n % 70))))
  for (const text of texts) {
    const expected = slowSipHash(Buffer.from(text, 'utf16le'), [keyWords[0] ?? 0n, keyWords[1] ?? 0n], [1, 3])
    const made = fingerprint(text, emptyFingerprint(), key)
    t.same([...new BigUint64Array(made.buffer)], expected, `a text of ${text.length} units`)
  }
})

t.test('fingerprints depend on the key of the process, and only on that', async (t) => {
  const make = (key?: Int32Array) => [...fingerprint('id', emptyFingerprint(), key)]
  t.same(make(), make())
  t.notSame(make(), make(new Int32Array(4)))
  t.notSame(make(new Int32Array(4)), make(new Int32Array([0, 0, 0, 1])))
})

t.test(
  'ids that were made to share the first word of a hash without a key do not share that of a fingerprint',
  async (t) => {
    const ids = collidingIds(2)
    t.equal(new Set(ids.map((id) => wordWithoutKey(id))).size, 1, 'as it was')
    t.equal(new Set(ids.map((id) => fingerprint(id, emptyFingerprint())[0])).size, ids.length)
  },
)

t.test('a full ledger tells of each id that it lets go', async (t) => {
  const left: string[] = []
  const { take } = createMemoryStore({ ledgerMax: 3, onLeave: (what) => left.push(what) }).namespace('')
  for (const id of ['a', 'b', 'c', 'a', 'd', 'e']) await take(id, success)
  t.same(left, ['paymentRequestId', 'paymentRequestId'])
})
