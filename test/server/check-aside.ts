import t from 'tap'
import { warningsIn } from '../../src/scenarios/check.js'
import { checkSources } from '../../src/scenarios/load.js'
import type { Pattern } from '../../src/scenarios/pattern.js'
import type { Rule } from '../../src/scenarios/rule.js'
import { createRuleSet } from '../../src/scenarios/rule-set.js'
import type { Sources } from '../../src/scenarios/sources.js'
import { checkAside } from '../../src/server/check-aside.js'
import { checkInBatches } from '../../src/server/check-batches.js'
import { inSlices } from '../../src/server/slices.js'

const open = new AbortController().signal

/** Rules of all kinds, in a file that is large enough to be checked aside. */
function manyRules(count: number): Sources {
  const kinds = [
    (n: number) => ({ match: { paymentRequestId: `ID-${n}` }, reply: 'SUCCESS' }),
    (n: number) => ({ match: { pspId: [`P${n}*`, `/^(Q|R)${n}$/`] }, reply: ['UNKNOWN_EXCEPTION', 'SUCCESS'] }),
    (n: number) => ({ match: { acquirerId: { not: [`A${n}`, '/^B/'] } }, reply: { resultCode: 'PROCESS_FAIL' } }),
    (n: number) => ({ match: { clientId: `/C[${n % 10}]/i` }, reply: { fault: 'slow-body', delay: '2s', times: 3 } }),
    (_: number) => ({ match: { paymentRequestId: 'ID-0' }, reply: 'SUCCESS', chance: 0.5, idempotent: false }),
  ]
  const rules = Array.from({ length: count }, (_, n) => ({ name: `rule ${n}`, ...kinds[n % kinds.length]?.(n) }))
  return { files: [{ path: 'many.json', text: JSON.stringify({ rules }) }], errors: [] }
}

/** A rule without what is made of its regular expressions when it is needed, of which one side has more. */
function comparable(rules: readonly Rule[]): unknown {
  const isMade = (key: string, value: unknown) =>
    ['compiled', 'size'].includes(key) || typeof value === 'symbol' ? undefined : value
  return JSON.parse(JSON.stringify(rules, isMade))
}

function isCompiled(pattern: Pattern): boolean {
  if (pattern.kind === 'any') return pattern.patterns.every(isCompiled)
  if (pattern.kind === 'not') return isCompiled(pattern.pattern)
  return pattern.kind !== 'regex' || pattern.compiled !== undefined
}

t.test('many rules that are checked aside are the same as those checked at once', async (t) => {
  const sources = manyRules(1000)
  const atOnce = checkSources(sources)
  const aside = await checkAside(sources, true, open)
  t.strictSame(comparable(aside.rules), comparable(atOnce.rules))
  t.strictSame(aside.warnings, warningsIn(atOnce))
  t.ok(aside.warnings.length > 0)
  t.strictSame([aside.errors, aside.files], [[], sources.files])
  t.ok(aside.rules.every(({ patterns }) => patterns.every(({ pattern }) => isCompiled(pattern))))
  const { find } = createRuleSet(aside.rules, 'seed')
  const call = { acquirerId: 'B', pspId: 'R6', paymentRequestId: 'x', clientId: undefined }
  t.equal(find(call)?.id, 'many/rule 6')
})

t.test('a thread hands over rules in small batches, and none where there are mistakes', async (t) => {
  const sizes = (sources: Sources) =>
    [...checkInBatches({ sources, isAmsServed: true })].map((batch) => Object.keys(batch).length)
  const [, ...batches] = sizes(manyRules(1000))
  t.equal(
    batches.reduce((sum, size) => sum + size, 0),
    1000,
  )
  t.ok(batches.length > 5 && Math.max(...batches) <= 100)
  t.strictSame(sizes(manyRules(10)), [2, 10])
  t.strictSame(sizes({ files: [], errors: [] }), [2])
  t.strictSame(sizes({ files: [{ path: 'a.yaml', text: 'rules: 1' }], errors: [] }), [2])
})

t.test('mistakes in large files are told as those in small ones', async (t) => {
  const { files } = manyRules(1000)
  const broken = { path: 'broken.yaml', text: 'rules:\n  - { name: a, reply: ORDER_NOT_EXIST }\n' }
  const unread = { file: 'gone.yaml', line: 1, column: 1, message: 'cannot be read' }
  const sources = { files: [...files, broken], errors: [unread] }
  const { errors, rules } = await checkAside(sources, false, open)
  t.strictSame(errors, checkSources(sources, false).errors)
  t.match(errors, [unread, { file: 'broken.yaml', line: 2, column: 23 }])
  t.strictSame(rules, [])
})

t.test('calls go on while a large file is checked', async (t) => {
  const rules = Array.from({ length: 20_000 }, (_, n) => ({ name: `${n}`, match: { pspId: `${n}` }, reply: 'SUCCESS' }))
  const sources = { files: [{ path: 'many.json', text: JSON.stringify({ rules }) }], errors: [] }
  let turns = 0
  let timer = setImmediate(function turn() {
    turns++
    timer = setImmediate(turn)
  })
  t.teardown(() => clearImmediate(timer))
  await checkAside(sources, true, open)
  t.ok(turns > 100, `${turns} turns of the event loop`)
})

t.test('slices of work let through what waits', async (t) => {
  let isThrough = false
  setImmediate(() => {
    isThrough = true
  })
  await inSlices(
    (function* () {
      while (!isThrough) yield
    })(),
  )
  t.ok(isThrough)
})

t.test('a check that nobody waits for any more ends', async (t) => {
  const closing = new AbortController()
  const checking = checkAside(manyRules(1000), true, closing.signal)
  closing.abort()
  await t.rejects(checking, { name: 'AbortError' })
})
