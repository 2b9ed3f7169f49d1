import type { JournalEntry } from '../journal.js'
import type { Patience } from '../patience.js'
import { secondsText } from './seconds-text.js'
import type { Violation } from './violation.js'
import { answeredAt, visibilityOf } from './visibility.js'

/** The caller left before the time that Alipay+ waits had passed, although it did not know the result. */
export function hungUpEarly(attempts: readonly JournalEntry[], { least, slack }: Patience): Violation[] {
  const known = attempts.reduce((earliest, each) => Math.min(earliest, finalSeenAt(each)), Number.POSITIVE_INFINITY)
  const early = attempts.filter((each) => leftAfter(each) < Math.min(least - slack, known - each.at))
  if (early.length === 0) return []
  const shortest = early.reduce((least, each) => Math.min(least, leftAfter(each)), Number.POSITIVE_INFINITY)
  const message = `left after ${secondsText(shortest)} without an answer; wait for ${secondsText(least)} at least`
  return [{ kind: 'hung-up-early', entries: new Set(early), message, unsure: false }]
}

/** For how long it waited before it left, in milliseconds. */
function leftAfter({ callerLeft, heldMs }: JournalEntry): number {
  return callerLeft && heldMs !== undefined ? heldMs : Number.POSITIVE_INFINITY
}

/** When it knew a final result, in epoch milliseconds. Who knows it need not wait for other calls of its own. */
function finalSeenAt(entry: JournalEntry): number {
  const isFinal = entry.result.resultStatus !== 'U' && visibilityOf(entry) !== 'lost'
  return (isFinal ? answeredAt(entry) : undefined) ?? Number.POSITIVE_INFINITY
}

/** The caller still waited for a call without an answer when every time-out should have been over, and had not asked again. */
export function noTimeout(attempts: readonly JournalEntry[], { most, slack }: Patience): Violation[] {
  const limit = most + slack
  const endless = attempts.filter(
    (each) => waitedMs(each) >= limit && !attempts.some(({ at }) => at > each.at && at < each.at + limit),
  )
  if (endless.length === 0) return []
  const longest = endless.reduce((most, each) => Math.max(most, waitedMs(each)), Number.NEGATIVE_INFINITY)
  const message = `still waited for an answer after ${secondsText(longest)}; set a time-out of at most ${secondsText(most)}`
  return [{ kind: 'no-timeout', entries: new Set(endless), message, unsure: false }]
}

/** For how long it is known to have waited without a single byte, in milliseconds. */
function waitedMs({ fault, heldMs, delayMs, durationMs }: JournalEntry): number {
  if (fault === 'slow-body') return 0
  return heldMs ?? (delayMs > 0 ? durationMs : 0)
}
