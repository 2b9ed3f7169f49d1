import type { CallProfile } from '../protocol/profile.js'
import type { AnyResultCode } from '../protocol/result.js'
import type { JournalEntry } from './journal.js'

/** Which entries are wanted: all that is named must be equal. */
export interface JournalFilter {
  acquirerId?: string | undefined
  pspId?: string | undefined
  paymentRequestId?: string | undefined
  paymentId?: string | undefined
  profile?: CallProfile | undefined
  clientId?: string | undefined
  resultCode?: AnyResultCode | undefined
  /** The id of the rule that answered. */
  rule?: string | undefined
  /** The earliest arrival, in epoch milliseconds. */
  since?: number | undefined
  /** How many entries at most: the newest. */
  limit?: number | undefined
}

const sameFields = ['acquirerId', 'pspId', 'paymentRequestId', 'paymentId', 'profile', 'clientId', 'rule'] as const

/** Whether an entry passes, whatever the limit. */
export function passesFilter(entry: JournalEntry, filter: JournalFilter): boolean {
  const { resultCode, since } = filter
  for (const field of sameFields) if (filter[field] !== undefined && filter[field] !== entry[field]) return false
  if (resultCode !== undefined && resultCode !== entry.result.resultCode) return false
  return since === undefined || entry.at >= since
}

/** The entries that pass, oldest first, and how many they were before the limit. */
export function selectEntries(
  entries: readonly JournalEntry[],
  filter: JournalFilter,
): { total: number; entries: readonly JournalEntry[] } {
  const passing = entries.filter((entry) => passesFilter(entry, filter))
  const { limit = passing.length } = filter
  return { total: passing.length, entries: passing.slice(Math.max(0, passing.length - limit)) }
}
