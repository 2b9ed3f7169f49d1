import { distance as editDistance } from 'fastest-levenshtein'
import { type Pattern, sampleOf } from './pattern.js'

/** How far a value is from matching, from 0 to 1: by the literal text of the pattern, whatever its letter case. */
export function distanceTo(pattern: Pattern, value: string | undefined): number {
  if (value === undefined) return 1
  switch (pattern.kind) {
    case 'exact':
      return textDistance(pattern.value, value)
    case 'glob':
      return partDistance(pattern.prefix, sampleOf(pattern, ''), value)
    case 'regex':
      return partDistance(pattern.prefix, pattern.prefix, value)
    case 'any':
      return pattern.patterns.reduce((least, each) => Math.min(least, distanceTo(each, value)), 1)
    case 'not':
      return 1
  }
}

/** Wildcards take the rest of the value: what counts is its start or, where the pattern has no literal one, its end. */
function partDistance(prefix: string, literal: string, value: string): number {
  if (literal === '') return 1
  if (prefix !== '') return textDistance(prefix, value.slice(0, prefix.length))
  return textDistance(literal, value.slice(-literal.length))
}

function textDistance(a: string, b: string): number {
  return editDistance(a.toUpperCase(), b.toUpperCase()) / Math.max(a.length, b.length, 1)
}
