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

/** Between the attempts and the final result in the number that the ledger keeps for an id. */
const attemptUnit = 2 ** 20

/**
 * A ledger in this process. When it is full, the id that came first goes. `onGrowth` is told of each id more or less.
 * An id costs what its text and a number cost: the number of its final result, and of attempts in units.
 */
export function createMemoryLedger({ max, onGrowth }: { max: number; onGrowth: (ids: number) => void }): MemoryLedger {
  const ledger = new Map<string, number>()
  const results = createResultNumbers()
  // Kept from one eviction to the next: a new iterator would pass over all that was deleted before.
  const oldest = ledger.keys()
  let evicted = 0

  function open(paymentRequestId: string): number {
    const known = ledger.get(paymentRequestId)
    if (known !== undefined) return known
    if (ledger.size >= max) evictOldest()
    onGrowth(1)
    return 0
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

  function read(entry: number): LedgerEntry {
    return { attempts: Math.floor(entry / attemptUnit), final: results.resultOf(entry % attemptUnit) }
  }

  return {
    take(paymentRequestId, rule) {
      const before = open(paymentRequestId)
      const { attempts, final } = read(before)
      const given = final === undefined ? results.numberOf(finalOf(rule, attempts + 1)) : 0
      ledger.set(paymentRequestId, before + attemptUnit + given)
      return { attempts: attempts + 1, final }
    },
    entry(paymentRequestId) {
      const entry = ledger.get(paymentRequestId)
      return entry === undefined ? undefined : read(entry)
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

/** Numbers the results that are given, from 1; 0 is none. They are few: a ledger has many ids with the same. */
function createResultNumbers() {
  const results: (Result | undefined)[] = [undefined]
  const numbers = new Map<string, number>()
  let last = { result: results[0], number: 0 }

  function number(result: Result): number {
    const text = `${result.resultCode} ${result.resultMessage}`
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, results.length)
    return results.push(result) - 1
  }

  return {
    resultOf: (number: number) => results[number],
    numberOf(result: Result | undefined): number {
      if (result === undefined) return 0
      if (result !== last.result) last = { result, number: number(result) }
      return last.number
    },
  }
}
