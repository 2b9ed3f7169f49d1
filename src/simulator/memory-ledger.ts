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
  readonly attempts: number
  readonly final: Result | undefined
}

const unknown: Entry = { attempts: 0, final: undefined }

/** What is kept for an id. Most ids get a final result at once: that alone then tells all, and has no size of its own. */
type Kept = Entry | Result

function entryOf(kept: Kept): Entry {
  return 'attempts' in kept ? kept : { attempts: 1, final: kept }
}

/** A ledger in this process. When it is full, the id that came first goes. `onGrowth` is told of each id more or less. */
export function createMemoryLedger({ max, onGrowth }: { max: number; onGrowth: (ids: number) => void }): MemoryLedger {
  const ledger = new Map<string, Kept>()
  // Kept from one eviction to the next: a new iterator would pass over all that was deleted before.
  const oldest = ledger.keys()
  let evicted = 0

  function open(paymentRequestId: string): Entry {
    const known = ledger.get(paymentRequestId)
    if (known !== undefined) return entryOf(known)
    if (ledger.size >= max) evictOldest()
    onGrowth(1)
    return unknown
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
      const before = open(paymentRequestId)
      const attempts = before.attempts + 1
      const final = before.final ?? finalOf(rule, attempts)
      ledger.set(paymentRequestId, attempts === 1 && final !== undefined ? final : { attempts, final })
      return { attempts, final: before.final }
    },
    entry(paymentRequestId) {
      const kept = ledger.get(paymentRequestId)
      return kept && { ...entryOf(kept) }
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
