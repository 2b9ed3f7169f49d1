import * as fc from 'fast-check'
import { RE2JS } from 're2js'
import t from 'tap'
import { drawChance } from '../../src/scenarios/draw.js'
import { explainRules } from '../../src/scenarios/explain.js'
import { lintRules } from '../../src/scenarios/lint.js'
import { takesCall } from '../../src/scenarios/match.js'
import { compilePattern, matchesPattern, PatternError, simpleRegex } from '../../src/scenarios/pattern.js'
import type { MatchValues, Rule } from '../../src/scenarios/rule.js'
import { createRuleSet } from '../../src/scenarios/rule-set.js'
import type { PatternDefinition, RuleDefinition } from '../../src/scenarios/schema.js'
import { often } from '../fixtures/often.js'
import { compileRules } from '../fixtures/rules.js'

/** How many random cases the long property tests try; where a case is a set of rules, it is tried with five calls or more. */
const numRuns = often(1000, 20_000)

function matches(definition: PatternDefinition, value: string | undefined): boolean {
  return matchesPattern(compilePattern(definition), value)
}

const call: MatchValues = { acquirerId: 'A', pspId: 'P', paymentRequestId: 'R', clientId: 'C' }

/** The name of the rule that answers. */
function nameFor(rules: readonly RuleDefinition[], values: Partial<MatchValues> = {}): string | undefined {
  return createRuleSet(compileRules(rules), 'seed').find({ ...call, ...values })?.definition.name
}

t.test('patterns', async (t) => {
  t.test('text is compared whole, and with its case', async (t) => {
    t.ok(matches('1022188', '1022188'))
    for (const other of ['102218', '10221880', ' 1022188', '']) t.notOk(matches('1022188', other), other)
    t.notOk(matches('abc', 'ABC'))
    t.ok(matches('a\\b.c+[d]', 'a\\b.c+[d]'))
  })

  t.test('* is any text, also none; ? is one character, also one beyond the BMP', async (t) => {
    const good: [string, string][] = [
      ['*', ''],
      ['*', 'anything'],
      ['A*', 'A'],
      ['*A', 'AAA'],
      ['A*B*C', 'AxBxBxC'],
      ['A?C', 'ABC'],
      ['?', '\u{1f600}'],
      ['*?', '\u{1f600}'],
      ['\u{1f600}*', '\u{1f600}x'],
      ['**', ''],
      ['a*\nb', 'ax\nb'],
    ]
    for (const [pattern, value] of good) t.ok(matches(pattern, value), `${pattern} takes ${value}`)
    const bad: [string, string][] = [
      ['A*', 'a'],
      ['A*', 'BA'],
      ['?', ''],
      ['?', 'ab'],
      ['??', '\u{1f600}'],
      ['A?C', 'AC'],
      ['*.json', 'xjson'],
      ['a*b*a', 'aba b'],
    ]
    for (const [pattern, value] of bad) t.notOk(matches(pattern, value), `${pattern} does not take ${value}`)
  })

  t.test('a backslash makes a wildcard literal, and stays itself before anything else', async (t) => {
    t.ok(matches('\\*', '*'))
    t.notOk(matches('\\*', 'x'))
    t.ok(matches('a\\?*', 'a?b'))
    t.notOk(matches('a\\?*', 'axb'))
    t.ok(matches('a\\\\*', 'a\\b'))
    t.ok(matches('a\\b*', 'a\\bc'))
    t.ok(matches('*\\', 'x\\'))
  })

  t.test('a glob knows no brackets, braces or dots', async (t) => {
    t.ok(matches('[ab].{c}*', '[ab].{c}d'))
    t.notOk(matches('[ab]*', 'a'))
  })

  t.test('globs match as a naive matcher does', async (_t) => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '\u{1f600}', '*', '\\'), { maxLength: 8 })
      .map((all) => all.join(''))
    const tokens = fc.array(fc.constantFrom('a', 'b', '\u{1f600}', '*', '?', '\\*', '\\?', '\\\\'), { maxLength: 7 })
    fc.assert(
      fc.property(tokens, text, (glob, value) => {
        const pattern = `${glob.join('')}*`
        return matches(pattern, value) === naiveGlob([...glob, '*'], [...value])
      }),
      { numRuns },
    )
  })

  t.test('/.../ searches, /.../i without case, both in RE2 syntax', async (t) => {
    t.ok(matches('/^10221720/', '1022172000'))
    t.notOk(matches('/^10221720/', '91022172000'))
    t.ok(matches('/221/', '1022188'))
    t.notOk(matches('/abc/', 'xABCx'))
    t.ok(matches('/abc/i', 'xABCx'))
    t.ok(matches('/^abc/i', 'ABC'))
    t.ok(matches('/a/b/', 'a/b'))
    t.ok(matches('/\\p{Han}/', '支付'))
    t.ok(matches('/^a.c$/', 'a\u{1f600}c'))
    t.ok(matches('/a\nb/', 'a\nb'))
  })

  t.test('the text that a regular expression starts with never decides against a match', async (t) => {
    const cases: [string, string[]][] = [
      ['/^ab?/', ['a', 'ab']],
      ['/^ab*/', ['a', 'abb']],
      ['/^ab{0,2}c/', ['ac', 'abbc']],
      ['/^ab+/', ['ab', 'abb']],
      ['/^ab|c/', ['ab', 'xc']],
      ['/^a(b|c)/', ['ab', 'ac']],
      ['/^a[bc]/', ['ab', 'ac']],
      ['/^a\\*/', ['a*']],
      ['/^(?i)ab/', ['AB']],
      ['/^a b-c_d:e/', ['a b-c_d:e']],
      ['/^/', ['', 'x']],
    ]
    for (const [pattern, values] of cases)
      for (const value of values)
        t.equal(nameFor([{ name: 'r', match: { pspId: pattern }, reply: 'SUCCESS' }], { pspId: value }), 'r', pattern)
  })

  t.test('what is compiled only when it is tried can be compiled', async (t) => {
    fc.assert(
      fc.property(fc.stringMatching(simpleRegex, { maxLength: 100 }), (source) => {
        RE2JS.compile(source)
        RE2JS.compile(source, RE2JS.CASE_INSENSITIVE)
      }),
      { numRuns: often(500, 2000) },
    )
    for (const text of ['^id-3-[0-9]+$', 'EXPIRED-.*', '[a-z_.]\\d?x+']) t.match(text, simpleRegex)
    for (const text of ['(a', 'a**', 'a{2', '[z-a]', 'a|b', '\\', 'a+*', '[', ']', '$a']) t.notMatch(text, simpleRegex)
  })

  t.test('to see that a hostile pattern is no regular expression takes no time', async (t) => {
    for (const text of ['.', 'a-z', '[a-z0-9_.]', '\\d+', '^a'])
      t.throws(() => compilePattern(`/${text.repeat(1000 / text.length)}(/`), PatternError)
  })

  t.test('a hostile regular expression on a long value ends', async (t) => {
    t.notOk(matches('/^(a+)+$/', `${'a'.repeat(50_000)}!`))
    t.notOk(matches('/^(a|aa)+$/', `${'a'.repeat(50_000)}!`))
  })

  t.test('a hostile glob on a long value ends', async (t) => {
    t.notOk(matches(`${'*a'.repeat(100)}*b`, 'a'.repeat(20_000)))
  })

  t.test('a list is any of its patterns, { not } is none of them', async (t) => {
    t.ok(matches(['a', 'b*', '/c/'], 'xcx'))
    t.notOk(matches(['a', 'b*'], 'c'))
    t.ok(matches({ not: 'a*' }, 'b'))
    t.notOk(matches({ not: 'a*' }, 'ab'))
    t.notOk(matches({ not: ['a', 'b'] }, 'b'))
    t.ok(matches({ not: ['a', 'b'] }, 'c'))
  })

  t.test('an absent value matches nothing but a negated pattern', async (t) => {
    for (const pattern of ['a', '*', '/.*/', '/^$/', 'undefined']) t.notOk(matches(pattern, undefined), pattern)
    t.notOk(matches(['*', 'a'], undefined))
    t.ok(matches({ not: '*' }, undefined))
  })

  t.test('a mistake is thrown with its place, unless all are asked for', async (t) => {
    t.throws(() => compilePattern({ not: ['a', '/(/'] }), { name: 'PatternError', path: ['not', 1] })
    t.throws(() => compilePattern('/a'), PatternError)
    const places: unknown[] = []
    compilePattern(['/(/', 'a', '/b/x', '//'], (_message, path) => places.push(path))
    t.same(places, [[0], [2], [3]])
  })
})

/** Tries everything, character by character. */
function naiveGlob([token, ...tokens]: readonly string[], value: readonly string[]): boolean {
  if (token === undefined) return value.length === 0
  if (token === '*')
    return naiveGlob(tokens, value) || (value.length > 0 && naiveGlob([token, ...tokens], value.slice(1)))
  const [character, ...others] = value
  if (character === undefined) return false
  const literal = token.length > 1 && token.startsWith('\\') ? token.slice(1) : token
  return (token === '?' || literal === character) && naiveGlob(tokens, others)
}

t.test('matching', async (t) => {
  t.test('a rule without match takes every call', async (t) => {
    t.equal(nameFor([{ name: 'all', reply: 'SUCCESS' }]), 'all')
    t.equal(nameFor([{ name: 'all', match: {}, reply: 'SUCCESS' }]), 'all')
  })

  t.test('all fields of a rule must match', async (t) => {
    const rules = [{ name: 'r', match: { acquirerId: 'A', pspId: 'P*', clientId: 'C' }, reply: 'SUCCESS' as const }]
    t.equal(nameFor(rules), 'r')
    for (const field of ['acquirerId', 'pspId', 'clientId']) t.equal(nameFor(rules, { [field]: 'x' }), undefined, field)
    t.equal(nameFor(rules, { clientId: undefined }), undefined)
  })

  t.test('the first rule that matches answers, whatever kind of pattern it has', async (t) => {
    const kinds: RuleDefinition[] = [
      { name: 'exact', match: { paymentRequestId: 'R' }, reply: 'SUCCESS' },
      { name: 'prefix', match: { paymentRequestId: 'R*' }, reply: 'SUCCESS' },
      { name: 'walked', match: { paymentRequestId: '*R' }, reply: 'SUCCESS' },
      { name: 'other field', match: { pspId: 'P' }, reply: 'SUCCESS' },
      { name: 'list', match: { acquirerId: ['B', 'A*'] }, reply: 'SUCCESS' },
    ]
    for (const first of kinds) t.equal(nameFor([first, ...kinds.filter((rule) => rule !== first)]), first.name)
  })

  t.test('is what a walk from top to bottom finds', async (_t) => {
    fc.assert(
      fc.property(
        fc.array(ruleArbitrary, { maxLength: 12 }),
        fc.array(callArbitrary, { minLength: 5, maxLength: 5 }),
        (some, calls) => {
          const rules = compileRules(named(some))
          const { find } = createRuleSet(rules, 'seed')
          return calls.every((values) => find(values) === rules.find((rule) => naiveTakes(rule, values)))
        },
      ),
      // Each with five calls: 100,000 of them.
      { numRuns },
    )
  })

  t.test('keeps apart what looks alike to an index', async (t) => {
    // Aa and BB have the same hash where each character counts 31 times the next.
    const rules = ['AaC*', 'BBC*', '*C-AaC', 'BBC'].map((pspId, index) => ({
      name: `r${index}`,
      match: { pspId },
      reply: 'SUCCESS' as const,
    }))
    t.equal(nameFor(rules, { pspId: 'BBCx' }), 'r1')
    t.equal(nameFor(rules, { pspId: 'AaCx' }), 'r0')
    t.equal(nameFor(rules.slice(2), { pspId: 'AaC' }), undefined)
  })

  t.test('is the first one, however many share a text', async (t) => {
    const shared = ['A', 'A', { not: 'P' }, 'A*', 'A*', ['A*', 'A'], 'A']
    const rules = compileRules(
      shared.map((acquirerId, index) => ({
        name: `r${index}`,
        match: { acquirerId, pspId: index % 2 ? 'P' : 'Q*' },
        reply: 'SUCCESS',
      })),
    )
    const { find } = createRuleSet(rules, 'seed')
    for (const acquirerId of ['A', 'AB'])
      for (const pspId of ['P', 'Q', 'X']) {
        const values = { ...call, acquirerId, pspId }
        t.equal(
          find(values),
          rules.find((rule) => naiveTakes(rule, values)),
        )
      }
  })

  t.test('finds its rule among 10,000 of mixed kinds', async (t) => {
    const rules = compileRules(
      Array.from({ length: 10_000 }, (_, index) => ({
        name: `r${index}`,
        match: { paymentRequestId: index % 2 ? `ID-${index}` : `P${index}-*`, pspId: 'P' },
        reply: 'SUCCESS' as const,
      })),
    )
    const { find, rules: inOrder } = createRuleSet(rules, 'seed')
    t.equal(inOrder, rules)
    for (const index of [0, 1, 4998, 4999, 9998, 9999])
      t.equal(find({ ...call, paymentRequestId: index % 2 ? `ID-${index}` : `P${index}-x` }), rules[index])
    t.equal(find(call), undefined)
  })
})

const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 })
const textPattern = fc.oneof(
  word,
  fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 4 }),
  fc.constantFrom('/^a/', '/^ab?/', '/b$/', '/^ab|b/', '/^A/i', '/^a[ab]/', '/^aa*b/', '/a/'),
)
const patternArbitrary: fc.Arbitrary<PatternDefinition> = fc.oneof(
  { weight: 4, arbitrary: textPattern },
  { weight: 2, arbitrary: fc.array(textPattern, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ not: textPattern }) },
  { weight: 1, arbitrary: fc.record({ not: fc.array(textPattern, { minLength: 1, maxLength: 2 }) }) },
)
const ruleArbitrary = fc.record(
  {
    match: fc.record(
      {
        acquirerId: patternArbitrary,
        pspId: patternArbitrary,
        paymentRequestId: patternArbitrary,
        clientId: patternArbitrary,
      },
      { requiredKeys: [] },
    ),
    chance: fc.constantFrom(0, 0.5, 1),
  },
  { requiredKeys: ['match'] },
)
const callArbitrary: fc.Arbitrary<MatchValues> = fc.record({
  acquirerId: word,
  pspId: word,
  paymentRequestId: word,
  clientId: fc.option(word, { nil: undefined }),
})

function named(rules: readonly object[]): RuleDefinition[] {
  return rules.map((rule, index) => ({ name: `r${index}`, reply: 'SUCCESS', ...rule }))
}

/** By the definition alone: neither index nor prefix. */
function naiveTakes({ id, definition }: Rule, values: MatchValues): boolean {
  const { match = {}, chance = 1 } = definition
  const fields = ['acquirerId', 'pspId', 'paymentRequestId', 'clientId'] as const
  const fit = fields.every((field) => match[field] === undefined || naiveMatches(match[field], values[field]))
  return fit && drawChance('seed', id, values.paymentRequestId) < chance
}

function naiveMatches(definition: PatternDefinition, value: string | undefined): boolean {
  if (Array.isArray(definition)) return definition.some((each) => naiveMatches(each, value))
  if (typeof definition !== 'string') return !naiveMatches((definition as { not: PatternDefinition }).not, value)
  if (value === undefined) return false
  const [, source, flags] = /^\/(.*)\/(i?)$/.exec(definition) ?? []
  return source === undefined ? naiveGlob([...definition], [...value]) : new RegExp(source, `u${flags}`).test(value)
}

t.test('chance', async (t) => {
  const ids = Array.from({ length: 20_000 }, (_, index) => `20260131-${index}`)

  function taken(chance: number, { seed = 'seed', name = 'some' } = {}): string[] {
    const [rule] = compileRules([{ name, chance, reply: 'PROCESS_FAIL' }])
    return ids.filter((paymentRequestId) => rule !== undefined && takesCall(rule, { ...call, paymentRequestId }, seed))
  }

  t.test('takes its share of ids', async (t) => {
    for (const chance of [0.01, 0.3, 0.99]) {
      const share = taken(chance).length / ids.length
      t.ok(Math.abs(share - chance) < 4 * Math.sqrt((chance * (1 - chance)) / ids.length), `${share} for ${chance}`)
    }
    t.equal(taken(0).length, 0)
    t.equal(taken(1).length, ids.length)
  })

  t.test(
    'gives an id the same side each time, whatever else the call says and whichever rules stand around',
    async (t) => {
      const [rule] = compileRules([{ name: 'some', chance: 0.5, reply: 'PROCESS_FAIL' }])
      const again = createRuleSet(
        rule === undefined ? [] : [...compileRules([{ name: 'no', match: { pspId: 'X' }, reply: 'SUCCESS' }]), rule],
        'seed',
      )
      const others = { acquirerId: 'other', pspId: 'other', clientId: undefined }
      const took = new Set(taken(0.5))
      t.same(
        ids.filter((paymentRequestId) => again.find({ ...others, paymentRequestId }) !== undefined),
        [...took],
      )
    },
  )

  t.test('a greater chance takes every id that a smaller one took', async (t) => {
    const more = new Set(taken(0.5))
    t.ok(taken(0.2).every((id) => more.has(id)))
  })

  t.test('falls differently for another seed and for another rule', async (t) => {
    const first = new Set(taken(0.5))
    for (const other of [taken(0.5, { seed: 'other' }), taken(0.5, { name: 'other' })]) {
      const shared = other.filter((id) => first.has(id)).length / ids.length
      t.ok(Math.abs(shared - 0.25) < 0.02, `${shared} of the ids fall on the same side twice`)
    }
  })

  t.test('draws are spread evenly from 0 up to, not including, 1, and keep their parts apart', async (t) => {
    const draws = ids.map((id) => drawChance('seed', id))
    t.ok(draws.every((draw) => draw >= 0 && draw < 1))
    for (let tenth = 0; tenth < 10; tenth++)
      t.ok(Math.abs(draws.filter((draw) => Math.floor(draw * 10) === tenth).length - 2000) < 200)
    t.not(drawChance('a', 'bc'), drawChance('ab', 'c'))
  })
})

t.test('what lint says of reach', async (t) => {
  const warningsFor = (...rules: object[]) =>
    [...lintRules(compileRules(named(rules)))].flat().map(({ ruleId, message }) => `${ruleId}: ${message}`)
  const taken = '"rules/r1" can never be reached: "rules/r0" takes every call first'

  t.test('a rule that an earlier one covers can never be reached', async (t) => {
    const pairs: [wide: object, narrow: object][] = [
      [{}, {}],
      [{}, { match: { pspId: 'a' } }],
      [{ match: { pspId: '*' } }, {}],
      [{ match: { pspId: 'a' } }, { match: { pspId: 'a' } }],
      [{ match: { pspId: 'a*' } }, { match: { pspId: 'ab', acquirerId: 'x' } }],
      [{ match: { pspId: 'a*' } }, { match: { pspId: 'ab*' } }],
      [{ match: { pspId: 'a*' } }, { match: { pspId: ['ab*', 'ac'] }, chance: 0.5 }],
      [{ match: { pspId: '*b*' } }, { match: { pspId: '*abc*' } }],
      [{ match: { pspId: '*b*' } }, { match: { pspId: 'a?b?' } }],
      [{ match: { pspId: 'a*' } }, { match: { pspId: '/^ab/' } }],
      [{ match: { pspId: '/a/' } }, { match: { pspId: 'bab' } }],
      [{ match: { pspId: '/a/i' } }, { match: { pspId: '/a/i' } }],
      [{ match: { pspId: ['x', 'a*'] } }, { match: { pspId: 'a*' } }],
      [{ match: { pspId: { not: 'a*' } } }, { match: { pspId: 'b' } }],
      [{ match: { pspId: { not: 'ab' } } }, { match: { pspId: { not: 'a*' } } }],
      [{ match: { clientId: '*' } }, { match: { clientId: 'x*' } }],
    ]
    for (const [wide, narrow] of pairs) t.same(warningsFor(wide, narrow), [`rules/r1: ${taken}`])
  })

  t.test('a rule that an earlier one leaves something is not named', async (t) => {
    const pairs: [first: object, second: object][] = [
      [{ chance: 0.99 }, {}],
      [{ match: { pspId: 'a' } }, {}],
      [{ match: { pspId: 'a' } }, { match: { acquirerId: 'a' } }],
      [{ match: { pspId: 'ab*' } }, { match: { pspId: 'a*' } }],
      [{ match: { pspId: '?' } }, { match: { pspId: '*' } }],
      [{ match: { pspId: 'a*' } }, { match: { pspId: '/a/' } }],
      [{ match: { pspId: 'a' } }, { match: { pspId: '/^a$/' } }],
      [{ match: { pspId: '/a/' } }, { match: { pspId: '/a/i' } }],
      [{ match: { pspId: '/a/' } }, { match: { pspId: '/b/' } }],
      [{ match: { pspId: '/a/' } }, { match: { pspId: 'a*' } }],
      [{ match: { pspId: 'a*' } }, { match: { pspId: ['a', 'b'] } }],
      [{ match: { pspId: { not: 'a' } } }, { match: { pspId: 'b*' } }],
      [{ match: { pspId: 'a*' } }, { match: { pspId: { not: 'b' } } }],
      [{ match: { clientId: '*' } }, {}],
      [{ match: { clientId: 'a*', pspId: 'a' } }, { match: { clientId: 'a*' } }],
    ]
    for (const [first, second] of pairs) t.same(warningsFor(first, second), [], JSON.stringify([first, second]))
  })

  t.test('a rule with chance 0 can never be reached', async (t) => {
    t.same(warningsFor({ chance: 0 }), ['rules/r0: a rule with chance 0 can never be reached'])
  })

  t.test('a rule that it reports never answers', async (t) => {
    let reported = 0
    fc.assert(
      fc.property(
        fc.array(ruleArbitrary, { maxLength: 6 }),
        fc.array(callArbitrary, { minLength: 10, maxLength: 10 }),
        (some, calls) => {
          const rules = compileRules(named(some))
          const { find } = createRuleSet(rules, 'seed')
          const unreachable = new Set([...lintRules(rules)].flat().map(({ ruleId }) => ruleId))
          reported += unreachable.size
          return calls.every((values) => !unreachable.has(find(values)?.id ?? ''))
        },
      ),
      { numRuns: often(500, 5000) },
    )
    t.ok(reported > 100, 'and there were such rules')
  })

  t.test('more than 200 rules that no literal text leads to are worth a word', async (t) => {
    const unindexed = (count: number) => Array.from({ length: count }, (_, at) => ({ match: { pspId: `*x${at}x` } }))
    t.same(warningsFor(...unindexed(200)), [])
    t.same(warningsFor(...unindexed(201)), [
      'rules/r0: 201 rules have no pattern that starts with literal text, so every call tries them all',
    ])
  })
})

t.test('a list of any length can be indexed, as one pattern of several', async (t) => {
  const many = Array.from({ length: 200_000 }, (_, n) => `id-${n}`)
  const [rule] = compileRules([
    { name: 'many', match: { paymentRequestId: 'placeholder', pspId: 'P*' }, reply: 'SUCCESS' },
  ])
  const patterns = [
    { field: 'paymentRequestId', pattern: compilePattern(many) },
    { field: 'pspId', pattern: compilePattern('P*') },
  ] as const
  const rules = [{ ...(rule as Rule), patterns }]
  const { find } = createRuleSet(rules, 'seed')
  t.equal(find({ ...call, paymentRequestId: 'id-199999' }), rules[0])
  t.equal(find({ ...call, paymentRequestId: 'id-200000' }), undefined)
})

t.test('near misses come by how alike the literal text is, those that are equally near in their order', async (t) => {
  const patterns: [name: string, pattern: PatternDefinition][] = [
    ['slow', 'SLOW-*'],
    ['other', { not: 'LOSTX' }],
    ['regex', '/^LOSS-[0-9]/'],
    ['no letters', '*?*-*'],
    ['end', '*TX-'],
    ['any', ['A', 'lostX-1']],
    ['lost', 'LOST-*'],
    ['no text', '/^.{99}/'],
  ]
  const byId = patterns.map(([name, pattern]): RuleDefinition => {
    return { name, match: { paymentRequestId: pattern }, reply: 'SUCCESS' }
  })
  const byClient: RuleDefinition = { name: 'client', match: { clientId: 'C' }, reply: 'SUCCESS' }
  const values = { ...call, paymentRequestId: 'LOSTX', clientId: undefined }
  const { misses } = explainRules(compileRules([...byId, byClient]), values, '')
  const nearest = ['lost', 'any', 'regex', 'end', 'slow']
  t.strictSame(
    misses.map(({ rule }) => rule.replace(/^.*\//, '')),
    [...nearest, 'other', 'no letters', 'no text', 'client'],
  )
})
