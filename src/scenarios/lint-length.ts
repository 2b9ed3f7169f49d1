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
    return pattern.patterns.flatMap((each, index) => (isTooLong(shortestOf(each)) ? [[index]] : []))
  return isTooLong(shortestOf(pattern)) ? [[]] : []
}

/** A character may be two code units. */
function isTooLong(text: string): boolean {
  return text.length > maxIdLength && [...text].length > maxIdLength
}

/** No value that matches is shorter, as far as it is known. */
function shortestOf(pattern: Pattern): string {
  if (pattern.kind === 'exact') return pattern.value
  return pattern.kind === 'glob' ? sampleOf(pattern, '') : ''
}
