import type { Result } from '../protocol/result.js'

type Awaitable<T> = T | Promise<T>

/** What the ledger holds for a paymentRequestId. */
export interface LedgerEntry {
  attempts: number
  /** The S or F result that was given. It never changes. */
  final: Result | undefined
}

export interface LedgerSize {
  entries: number
  /** How many ids were pushed out because the ledger was full. */
  evicted: number
}

/** Remembers what was answered. Each method is one atomic step, whoever else is calling. */
export interface Store {
  /** Counts one more attempt for the id, and returns the entry with it. */
  countAttempt(paymentRequestId: string): Awaitable<LedgerEntry>
  /** Makes the result the final one, unless there is one already. Returns the final result, and whether it is new. */
  settle(paymentRequestId: string, result: Result): Awaitable<{ final: Result; isNew: boolean }>
  ledgerSize(): Awaitable<LedgerSize>
}
