import { type AnyResultCode, resultOf } from '../../protocol/result.js'
import { type Expectation, type Range, readExpectation } from '../../scenarios/expectation.js'
import type { ExpectDefinition } from '../../scenarios/schema.js'
import type { JournalEntry } from '../journal.js'
import { secondsText } from './seconds-text.js'
import type { Violation } from './violation.js'
import { endedAt, visibilityOf } from './visibility.js'

/** What came of the expectation of a rule with one payment. */
export interface Outcome {
  rule: string
  expectation: Expectation
  /** The accepted calls that the rule answered, in the order of their arrival. */
  attempts: readonly JournalEntry[]
  /** What is not as it was expected, with what to mend; empty where the expectation is met. */
  misses: readonly string[]
  /** Whether calls that the journal no longer knows may show that it was not so. */
  unsure: boolean
}

/** Judges the accepted calls for one payment, by the expectation of each rule that answered them. */
export function judgeExpectations(attempts: Attempts): Outcome[] {
  const unsure = attempts.every(({ attempt = 0 }) => attempt > 1)
  return [...groupByRule(attempts)].map(([rule, { definition, attempts: own }]) => {
    const expectation = readExpectation(definition)
    return { rule, expectation, attempts: own, misses: missesOf(own, expectation, definition), unsure }
  })
}

type Attempts = readonly JournalEntry[]

/** The definition is the newest: files may change between two calls. */
function groupByRule(attempts: Attempts): Map<string, { definition: ExpectDefinition; attempts: JournalEntry[] }> {
  const groups: ReturnType<typeof groupByRule> = new Map()
  for (const entry of attempts) {
    const { rule, expect: definition } = entry
    if (rule === undefined || definition === undefined) continue
    const group = groups.get(rule) ?? { definition, attempts: [] }
    group.attempts.push(entry)
    groups.set(rule, { ...group, definition })
  }
  return groups
}

function missesOf(attempts: Attempts, expectation: Expectation, definition: ExpectDefinition): string[] {
  const pauses = pausesBetween(attempts)
  return [
    missedAttempts(attempts, expectation.attempts, String(definition.attempts)),
    missedLast(attempts, expectation.last),
    missedSpacing(pauses, expectation.spacing, String(definition.spacing)),
    expectation.backoff ? missedBackoff(pauses) : undefined,
    missedWithin(attempts, expectation.within),
  ].filter((miss) => miss !== undefined)
}

function missedAttempts({ length }: Attempts, range: Range | undefined, expected: string): string | undefined {
  if (range === undefined || isWithin(range, length)) return undefined
  const made = `made ${attemptsText(length)}, expected ${expected}`
  return length < range.from
    ? `${made}: ask again, with the same parameters, until the result is known`
    : `${made}: stop when the result is final, or the limit of attempts is reached`
}

function isWithin({ from, to }: Range, value: number): boolean {
  return value >= from && value <= to
}

export function attemptsText(count: number): string {
  return count === 1 ? '1 attempt' : `${count} attempts`
}

/** The code of the last answer that the caller may have been shown intact. */
export function lastShown(attempts: Attempts): AnyResultCode | undefined {
  return attempts.findLast((each) => visibilityOf(each) !== 'lost')?.result.resultCode
}

function missedLast(attempts: Attempts, last: AnyResultCode | undefined): string | undefined {
  const shown = lastShown(attempts)
  if (last === undefined || shown === last) return undefined
  const seen = shown === undefined ? 'was shown no intact answer' : `was shown ${shown} last`
  return `${seen}, expected ${last}: ask until ${last} has arrived intact, and not after it`
}

/** From the end of an answer, or of waiting for it, to the next attempt. */
interface Pause {
  milliseconds: number
  /** Whether it may have been shorter, as the caller still held the connection when it asked again. */
  isMost: boolean
}

function pausesBetween(attempts: Attempts): Pause[] {
  const pauses: Pause[] = []
  let previous: JournalEntry | undefined
  for (const next of attempts) {
    if (previous !== undefined) pauses.push(pauseBefore(next, previous))
    previous = next
  }
  return pauses
}

function pauseBefore({ at }: JournalEntry, previous: JournalEntry): Pause {
  const end = endedAt(previous)
  return { milliseconds: at - (end ?? previous.at), isMost: end === undefined }
}

function missedSpacing(pauses: readonly Pause[], range: Range | undefined, expected: string): string | undefined {
  if (range === undefined) return undefined
  const short = pauses.filter(({ milliseconds }) => milliseconds < range.from).map(({ milliseconds }) => milliseconds)
  const exact = pauses.filter(({ isMost }) => !isMost).map(({ milliseconds }) => milliseconds)
  if (short.length > 0) {
    const shortest = short.reduce((a, b) => Math.min(a, b))
    const when = shortest < 0 ? 'before the answer had come' : `after ${secondsText(shortest)}`
    return `asked again ${when}, expected a spacing of ${expected}: wait longer before each further attempt`
  }
  const longest = exact.reduce((a, b) => Math.max(a, b), 0)
  if (longest <= range.to) return undefined
  return `asked again after ${secondsText(longest)}, expected a spacing of ${expected}: ask again sooner`
}

/** By how much the last pause has to exceed the first. */
const growth = 1.25

function missedBackoff(pauses: readonly Pause[]): string | undefined {
  const exact = pauses.filter(({ isMost }) => !isMost).map(({ milliseconds }) => milliseconds)
  const [first, ...others] = exact
  const last = others.at(-1)
  if (first === undefined || last === undefined) return 'made too few attempts to show pauses that grow: ask again'
  if (last >= first * growth) return undefined
  return `waited ${exact.map(secondsText).join(', then ')}: let the pauses grow`
}

function missedWithin(attempts: Attempts, within: number | undefined): string | undefined {
  const [first, last] = [attempts[0], attempts.at(-1)]
  if (first === undefined || last === undefined || within === undefined) return undefined
  const took = last.at - first.at
  if (took <= within) return undefined
  return `took ${secondsText(took)} from the first attempt to the last, expected ${secondsText(within)} at most: stop sooner`
}

/** A violation that is just what the rule expects: more calls after a final result, or none after an unknown one. */
export function isExpected({ kind }: Violation, outcomes: readonly Outcome[]): boolean {
  const met = outcomes.filter(({ misses }) => misses.length === 0)
  switch (kind) {
    case 'retried-after-success':
    case 'retried-after-final-failure':
      return met.some(({ expectation, attempts }) => attempts.length === expectation.attempts?.from)
    case 'abandoned-unknown':
      return met.some(({ expectation: { last } }) => last !== undefined && resultOf(last).resultStatus === 'U')
    default:
      return false
  }
}
