import { maxIdLength } from '../protocol/cancel-payment.js'
import type { Warning } from './mistake.js'
import { type Pattern, sampleOf } from './pattern.js'
import type { Rule } from './rule.js'

/** Patterns that need more characters than an id may have. */
export function lintLength({ id: ruleId, patterns }: Rule): Warning[] {
  return patterns.flatMap(({ field, pattern }) => {
    // The Client-Id header may be of any length.
    if (field === 'clientId') return []
    const message = `this can match nothing: ${field} has at most ${maxIdLength} characters`
    return tooLong(pattern).map((path) => ({ ruleId, path: ['match', field, ...path], message }))
  })
}

/** Their places in the definition of the pattern. */
function tooLong(pattern: Pattern): number[][] {
  if (pattern.kind === 'any')
    return pattern.patterns.flatMap((each, index) => (leastLength(each) > maxIdLength ? [[index]] : []))
  return leastLength(pattern) > maxIdLength ? [[]] : []
}

/** How many characters a value has at least that matches, as far as it is known. */
function leastLength(pattern: Pattern): number {
  if (pattern.kind === 'exact') return [...pattern.value].length
  return pattern.kind === 'glob' ? [...sampleOf(pattern, '')].length : 0
}
