import type { Result } from '../protocol/result.js'
import type { Rule } from '../scenarios/rule.js'
import { finalOf } from './decision.js'
import type { LedgerEntry, LedgerSize } from './store.js'

export interface MemoryLedger {
  take(paymentRequestId: string, rule: Rule): LedgerEntry
  entry(paymentRequestId: string): LedgerEntry | undefined
  forget(paymentRequestId: string): boolean
  size(): LedgerSize
  clear(): void
}

interface Entry {
  attempts: number
  final: Result | undefined
}

/** A ledger in this process. When it is full, the id that came first goes. `onGrowth` is told of each id more or less. */
export function createMemoryLedger({ max, onGrowth }: { max: number; onGrowth: (ids: number) => void }): MemoryLedger {
  const ledger = new Map<string, Entry>()
  // Kept from one eviction to the next: a new iterator would pass over all that was deleted before.
  const oldest = ledger.keys()
  let evicted = 0

  function open(paymentRequestId: string): Entry {
    const known = ledger.get(paymentRequestId)
    if (known !== undefined) return known
    if (ledger.size >= max) evictOldest()
    const entry = { attempts: 0, final: undefined }
    ledger.set(paymentRequestId, entry)
    onGrowth(1)
    return entry
  }

  function evictOldest(): void {
    const { value } = oldest.next()
    if (value !== undefined && remove(value)) evicted++
  }

  function remove(paymentRequestId: string): boolean {
    const isKnown = ledger.delete(paymentRequestId)
    if (isKnown) onGrowth(-1)
    return isKnown
  }

  return {
    take(paymentRequestId, rule) {
      const entry = open(paymentRequestId)
      const { final } = entry
      const attempts = ++entry.attempts
      entry.final ??= finalOf(rule, attempts)
      return { attempts, final }
    },
    entry(paymentRequestId) {
      const entry = ledger.get(paymentRequestId)
      return entry && { ...entry }
    },
    forget: remove,
    size: () => ({ entries: ledger.size, evicted }),
    clear() {
      onGrowth(-ledger.size)
      ledger.clear()
      evicted = 0
    },
  }
}
