import { isRemembered } from './compile.js'
import { lintExpectation } from './lint-expectation.js'
import { lintLength } from './lint-length.js'
import type { Warning } from './mistake.js'
import {
  countTexts,
  type Glob,
  hasSingleWildcard,
  matchesGlob,
  matchesPattern,
  type Pattern,
  sampleOf,
} from './pattern.js'
import type { FieldPattern, Rule, Step } from './rule.js'
import { indexRules, type Lookup, type RuleIndex } from './rule-index.js'

/** More rules than this that no literal text leads to are worth a word: each call has to try them all. */
const manyUnindexed = 200

/** How many earlier rules each rule is compared with at most: all with all would take minutes for 10,000 rules. */
const maxTried = 200

/** How many patterns are compared at most, in all rules: those of a list with those of another can be 100 million. */
const maxCompared = 5_000_000

/** What is legal and yet cannot be meant: rules that are never reached, steps that never show. Lints a rule in each step. */
export function* lintRules(rules: readonly Rule[]): Generator<readonly Warning[]> {
  const index = indexRules(rules)
  const lintReach = reachLinter(rules, index)
  for (const [position, rule] of rules.entries())
    yield [...lintReach(rule, position), ...lintSteps(rule), ...lintExpectation(rule), ...lintLength(rule)]
  yield lintUnindexed(rules, index)
}

function reachLinter(rules: readonly Rule[], index: RuleIndex): (rule: Rule, position: number) => Warning[] {
  let tried = 0
  let compared = 0
  const covers = (earlier: Rule, rule: Rule) => {
    compared += sizeOf(earlier) * sizeOf(rule)
    return ++tried <= maxTried && compared <= maxCompared && coversRule(earlier, rule)
  }
  return (rule, position) => {
    if (rule.chance === 0)
      return [{ ruleId: rule.id, path: ['chance'], message: 'a rule with chance 0 can never be reached' }]
    tried = 0
    const earlier = rules[index.first(lookupFor(rule), position, covers, rule)]
    if (earlier === undefined || earlier === rule) return []
    const message = `"${rule.id}" can never be reached: "${earlier.id}" takes every call first`
    return [{ ruleId: rule.id, path: [], message }]
  }
}

/** How many patterns a rule has, those in lists included. */
function sizeOf({ patterns }: Rule): number {
  return patterns.reduce((size, { pattern }) => size + countTexts(pattern), 0)
}

function lookupFor(rule: Rule): Lookup {
  const lookup: { -readonly [Field in keyof Lookup]: Lookup[Field] } = {}
  for (const { field, pattern } of rule.patterns) lookup[field] = literalOf(pattern)
  return lookup
}

/** A text that every pattern matches that covers this one and is indexed; nothing where it cannot be told. */
function literalOf(pattern: Pattern): string | undefined {
  switch (pattern.kind) {
    case 'exact':
      return pattern.value
    case 'glob':
    case 'regex':
      return pattern.prefix
    case 'any':
      return pattern.patterns.map(literalOf)[0]
    case 'not':
      return undefined
  }
}

/** Whether every call that `rule` would take is taken by `earlier`. Says no where it cannot tell. */
function coversRule(earlier: Rule, rule: Rule): boolean {
  return (
    earlier.chance === 1 &&
    earlier.patterns.every((wide) => takesAny(wide) || rule.patterns.some((narrow) => coversField(wide, narrow)))
  )
}

/** Whether a field matches whatever its value is. Some may have none, and then even * does not match. */
function takesAny({ field, pattern }: FieldPattern): boolean {
  return field !== 'clientId' && field !== 'paymentId' && pattern.kind === 'glob' && matchesGlob(pattern, '')
}

function coversField(wide: FieldPattern, narrow: FieldPattern): boolean {
  return wide.field === narrow.field && covers(wide.pattern, narrow.pattern)
}

/** Whether every value that matches `narrow` matches `wide`. Says no where it cannot tell. */
export function covers(wide: Pattern, narrow: Pattern): boolean {
  if (narrow.kind === 'any') return narrow.patterns.every((each) => covers(wide, each))
  if (narrow.kind === 'exact') return matchesPattern(wide, narrow.value)
  switch (wide.kind) {
    case 'any':
      return wide.patterns.some((each) => covers(each, narrow))
    case 'not':
      return narrow.kind === 'not' && covers(narrow.pattern, wide.pattern)
    case 'regex':
      return narrow.kind === 'regex' && wide.text === narrow.text
    case 'glob':
      return coversGlob(wide, narrow)
    case 'exact':
      return false
  }
}

/** A character that no pattern contains. It stands for what a wildcard of the narrow pattern may be. */
const unknownText = '\uffff'

function coversGlob(wide: Glob, narrow: Pattern): boolean {
  if (hasSingleWildcard(wide)) return false
  if (narrow.kind === 'glob') return matchesGlob(wide, sampleOf(narrow, unknownText))
  return narrow.kind === 'regex' && narrow.prefix !== '' && matchesGlob(wide, narrow.prefix + unknownText)
}

function lintSteps(rule: Rule): Warning[] {
  if (rule.steps.length === 1) return []
  const last = rule.steps.findIndex((step) => isRemembered(rule, step))
  const final = rule.steps[last]?.result
  if (final === undefined) return []
  return rule.steps.flatMap((step, index) => {
    if (index <= last || !hasOtherResult(step, final.resultCode, final.resultMessage)) return []
    const message = `this result can never show: step ${last + 1} has given the final ${final.resultCode} by then`
    return [{ ruleId: rule.id, path: ['reply', index], message }]
  })
}

function hasOtherResult({ result }: Step, code: string, message: string): boolean {
  return result !== undefined && (result.resultCode !== code || result.resultMessage !== message)
}

function lintUnindexed(rules: readonly Rule[], { unindexed }: RuleIndex): Warning[] {
  const [rule] = rules
  if (unindexed <= manyUnindexed || rule === undefined) return []
  const message = `${unindexed} rules have no pattern that starts with literal text, so every call tries them all`
  return [{ ruleId: rule.id, path: [], message }]
}
