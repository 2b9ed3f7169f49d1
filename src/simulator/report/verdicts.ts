import type { AnyResultCode, ResultStatus } from '../../protocol/result.js'
import type { JournalEntry } from '../journal.js'
import type { Patience } from '../patience.js'
import type { VerdictKind, Violation } from './violation.js'
import { answeredAt, callerPatience, visibilityOf } from './visibility.js'
import { hungUpEarly, noTimeout } from './waiting.js'

/**
 * Judges the calls for one paymentRequestId, which are in the order of their arrival. A refusal, which counts no
 * attempt, is a call but not an answer: it says nothing about the payment. `evicted` entries came before the calls;
 * `tooFast` is in milliseconds.
 */
export function judgeCalls(
  calls: readonly JournalEntry[],
  { evicted, tooFast, patience }: { evicted: number; tooFast: number; patience: Patience },
): Violation[] {
  const attempts = calls.filter(({ attempt }) => attempt !== undefined)
  return [
    ...retriedAfter('retried-after-success', 'S', calls, attempts),
    ...retriedAfter('retried-after-final-failure', 'F', calls, attempts),
    ...abandonedUnknown(calls, attempts, evicted),
    ...changedParameters(calls),
    ...overlappingAttempts(attempts),
    ...hungUpEarly(attempts, patience),
    ...noTimeout(attempts, patience),
    ...retriedTooFast(attempts, tooFast),
  ]
}

type Calls = readonly JournalEntry[]

/** Another call arrived after a final result had been delivered intact. */
function retriedAfter(kind: VerdictKind, status: ResultStatus, calls: Calls, attempts: Calls): Violation[] {
  const shown = attempts
    .filter((each) => each.result.resultStatus === status && visibilityOf(each) === 'seen')
    .filter(forbidsRetry)
  const [first, ...others] = shown
  if (first === undefined) return []
  const known = others.reduce((a, b) => (endOf(b) < endOf(a) ? b : a), first)
  const later = calls.filter((call) => call !== known && call.at >= endOf(known))
  if (later.length === 0) return []
  const message = `asked again ${times(later)} after ${known.result.resultCode} had been delivered`
  return [{ kind, entries: new Set([known, ...later]), message, unsure: false }]
}

/** The ACQP guide tells acquirers to retry failed cancellations, all but these. */
const finalForAcquirers: readonly AnyResultCode[] = ['PROCESS_FAIL', 'CANCEL_WINDOW_EXCEED']

function forbidsRetry({ profile, result }: JournalEntry): boolean {
  return profile === 'mpp' || result.resultStatus === 'S' || finalForAcquirers.includes(result.resultCode)
}

function endOf({ at, durationMs }: JournalEntry): number {
  return at + durationMs
}

function times({ length }: Calls): string {
  return length === 1 ? 'once' : `${length} times`
}

/** The last answer left the caller in the dark, and it did not ask again. */
function abandonedUnknown(calls: Calls, attempts: Calls, evicted: number): Violation[] {
  const kind = 'abandoned-unknown'
  const last = attempts.at(-1)
  const refusal = calls.at(-1)
  if (last === undefined) {
    if (refusal?.result.resultStatus !== 'U') return []
    return [{ kind, entries: new Set([refusal]), message: unknownMessage(refusal), unsure: evicted > 0 }]
  }
  if (attempts.some(mayHaveToldFinal)) return []
  const unsure = attempts.every(({ attempt = 0 }) => attempt > 1)
  return [{ kind, entries: new Set(calls.slice(calls.indexOf(last))), message: unknownMessage(last), unsure }]
}

function mayHaveToldFinal(entry: JournalEntry): boolean {
  return entry.result.resultStatus !== 'U' && visibilityOf(entry) !== 'lost'
}

function unknownMessage(last: JournalEntry): string {
  const { resultCode } = last.result
  if (visibilityOf(last) !== 'lost') return `did not ask again after ${resultCode}`
  return `did not ask again after the answer ${resultCode} was lost (${lossOf(last)})`
}

function lossOf({ callerLeft, httpStatus, fault }: JournalEntry): string {
  if (callerLeft && fault !== 'no-reply') return 'the caller had left'
  return httpStatus === 200 ? (fault ?? 'bad signature') : `HTTP ${httpStatus}`
}

/** The same paymentRequestId came with another acquirerId or pspId. */
function changedParameters(calls: Calls): Violation[] {
  const [first, ...others] = calls.filter(({ acquirerId, pspId }) => acquirerId !== undefined && pspId !== undefined)
  if (first === undefined) return []
  const changed = others.filter(({ acquirerId, pspId }) => acquirerId !== first.acquirerId || pspId !== first.pspId)
  const [other] = changed
  if (other === undefined) return []
  const fields = (['acquirerId', 'pspId'] as const).filter((field) => first[field] !== other[field])
  const message = fields.map((field) => `${field} was ${first[field]}, then ${other[field]}`).join('; ')
  return [{ kind: 'changed-parameters', entries: new Set([first, ...changed]), message, unsure: false }]
}

/** A call arrived while an earlier one was still unanswered, and the caller can still have been waiting for it. */
function overlappingAttempts(attempts: Calls): Violation[] {
  const entries = new Set<JournalEntry>()
  let openUntil = Number.NEGATIVE_INFINITY
  attempts.forEach((call, index) => {
    const end = Math.min(answeredAt(call) ?? 0, call.at + callerPatience)
    const next = attempts[index + 1]
    // They are in the order of their arrival: who overlaps with any later call overlaps with the next one.
    if (openUntil > call.at || (next !== undefined && end > next.at)) entries.add(call)
    openUntil = Math.max(openUntil, end)
  })
  if (entries.size === 0) return []
  const message = `${entries.size} calls were under way at the same time`
  return [{ kind: 'overlapping-attempts', entries, message, unsure: false }]
}

/** A call followed the answer to the one before it at once. */
function retriedTooFast(attempts: Calls, tooFast: number): Violation[] {
  const entries = new Set<JournalEntry>()
  let shortest = tooFast
  attempts.forEach((call, index) => {
    const previous = attempts[index - 1]
    const answered = previous && answeredAt(previous)
    if (previous === undefined || answered === undefined) return
    const gap = call.at - answered
    if (gap < 0 || gap >= tooFast) return
    entries.add(previous).add(call)
    shortest = Math.min(shortest, gap)
  })
  if (entries.size === 0) return []
  const message = `asked again after ${Math.round(shortest * 10) / 10} ms, sooner than ${tooFast} ms`
  return [{ kind: 'retried-too-fast', entries, message, unsure: false }]
}
