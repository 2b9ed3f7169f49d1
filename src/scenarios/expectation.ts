import type { RuleResultCode } from '../protocol/result.js'
import { parseDuration } from './duration.js'
import type { Mistake } from './mistake.js'
import type { ExpectDefinition } from './schema.js'

/** From and to, both included; `to` is Infinity where there is no end. */
export interface Range {
  from: number
  to: number
}

/** What a correct caller does with a payment. What is not demanded is undefined. */
export interface Expectation {
  attempts: Range | undefined
  last: RuleResultCode | undefined
  /** Of the pauses between attempts, in milliseconds. */
  spacing: Range | undefined
  /** Whether the pauses have to grow. */
  backoff: boolean
  /** From the first attempt to the last, in milliseconds. */
  within: number | undefined
}

/** Reads what a rule expects; everything in it is well formed, as the schema says. */
export function readExpectation({ attempts, last, spacing, backoff, within }: ExpectDefinition): Expectation {
  return {
    attempts: attempts === undefined ? undefined : readRange(String(attempts), Number, Number),
    last,
    spacing: spacing === undefined ? undefined : readRange(spacing, milliseconds, () => Number.POSITIVE_INFINITY),
    backoff: backoff === true,
    within: within === undefined ? undefined : milliseconds(within),
  }
}

/** `alone` gives the end of a range that is a single value. */
function readRange(text: string, read: (text: string) => number, alone: (text: string) => number): Range {
  const [from = '', to = from] = text.split('..')
  if (!text.includes('..')) return { from: read(from), to: alone(from) }
  return { from: read(from), to: to === '' ? Number.POSITIVE_INFINITY : read(to) }
}

function milliseconds(text: string): number {
  // The schema lets nothing else pass.
  return parseDuration(text) as number
}

/** Ranges that end before they start. */
export function checkExpectation(definition: ExpectDefinition): Mistake[] {
  const { attempts, spacing } = readExpectation(definition)
  return Object.entries({ attempts, spacing }).flatMap(([key, range]) => {
    if (range === undefined || range.from <= range.to) return []
    const text = definition[key as 'attempts' | 'spacing']
    return [{ path: ['expect', key], message: `the range ${text} ends before it starts` }]
  })
}
