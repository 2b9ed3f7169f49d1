import type { JournalEntry } from '../journal.js'

/** What callers do wrong, the gravest first. */
export const verdictKinds = [
  'expectation-missed',
  'retried-after-success',
  'retried-after-final-failure',
  'abandoned-unknown',
  'changed-parameters',
  'overlapping-attempts',
  'hung-up-early',
  'no-timeout',
  'retried-too-fast',
] as const
export type VerdictKind = (typeof verdictKinds)[number]

/** Something that a caller did wrong with one paymentRequestId. */
export interface Violation {
  kind: VerdictKind
  /** The journal entries that show it. */
  entries: ReadonlySet<JournalEntry>
  /** What happened, in words. */
  message: string
  /** Whether calls that the journal no longer knows may show that it was not so. */
  unsure: boolean
}
