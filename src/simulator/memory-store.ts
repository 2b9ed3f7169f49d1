import type { Result } from '../protocol/result.js'
import type { LedgerEntry, Store } from './store.js'

/** How many paymentRequestIds are remembered at most, unless told otherwise. */
export const defaultLedgerMax = 1_000_000

/** A ledger in this process. When it is full, the id that came first goes. */
export function createMemoryStore({ ledgerMax = defaultLedgerMax }: { ledgerMax?: number } = {}): Store {
  const ledger = new Map<string, LedgerEntry>()
  // Kept from one eviction to the next: a new iterator would pass over all that was deleted before.
  const oldest = ledger.keys()
  let evicted = 0

  function open(paymentRequestId: string): LedgerEntry {
    const known = ledger.get(paymentRequestId)
    if (known !== undefined) return known
    if (ledger.size >= ledgerMax) evictOldest()
    const entry = { attempts: 0, final: undefined }
    ledger.set(paymentRequestId, entry)
    return entry
  }

  function evictOldest(): void {
    const { value } = oldest.next()
    if (value !== undefined && ledger.delete(value)) evicted++
  }

  return {
    countAttempt(paymentRequestId) {
      const entry = open(paymentRequestId)
      entry.attempts++
      return { ...entry }
    },
    settle(paymentRequestId, result) {
      const entry = open(paymentRequestId)
      const isNew = entry.final === undefined
      const final: Result = entry.final ?? result
      entry.final = final
      return { final, isNew }
    },
    ledgerSize: () => ({ entries: ledger.size, evicted }),
  }
}
