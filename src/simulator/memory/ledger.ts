import type { Result } from '../../protocol/result.js'
import type { Rule } from '../../scenarios/rule.js'
import { finalOf } from '../decision.js'
import type { LedgerEntry, LedgerSize } from '../store.js'
import { emptyFingerprint, type Fingerprint, fingerprint } from './fingerprint.js'
import { createIdTable } from './id-table.js'

export interface MemoryLedger {
  take(paymentRequestId: string, rule: Rule): LedgerEntry
  entry(paymentRequestId: string): LedgerEntry | undefined
  forget(paymentRequestId: string): boolean
  size(): LedgerSize
  clear(): void
}

/** A ledger in this process. When it is full, the id whose last call is longest ago goes. `onGrowth` is told of each id more or less. */
export function createMemoryLedger(options: {
  max: number
  onGrowth: (ids: number) => void
  onEvict: () => void
}): MemoryLedger {
  const { max, onGrowth, onEvict } = options
  /** With each id, how many attempts it has had. */
  const ids = createIdTable()
  /** By the place of the id. */
  let finals: (Result | undefined)[] = [undefined]
  let evicted = 0
  /** Written anew for each id: an array for each call would have to be collected as garbage. */
  const scratch = emptyFingerprint()
  const find = (paymentRequestId: string) => ids.find(fingerprint(paymentRequestId, scratch))

  function open(id: Fingerprint): number {
    const known = ids.find(id)
    if (known === 0) return add(id)
    ids.renew(known)
    return known
  }

  function add(id: Fingerprint): number {
    if (ids.size() >= max) {
      remove(ids.oldest())
      evicted++
      onEvict()
    }
    const place = ids.add(id)
    finals[place] = undefined
    onGrowth(1)
    return place
  }

  function remove(place: number): void {
    ids.remove(place)
    finals[place] = undefined
    onGrowth(-1)
  }

  return {
    take(paymentRequestId, rule) {
      const place = open(fingerprint(paymentRequestId, scratch))
      const attempts = ids.count(place) + 1
      ids.setCount(place, attempts)
      const final = finals[place]
      if (final === undefined) finals[place] = finalOf(rule, attempts)
      return { attempts, final }
    },
    entry(paymentRequestId) {
      const place = find(paymentRequestId)
      return place === 0 ? undefined : { attempts: ids.count(place), final: finals[place] }
    },
    forget(paymentRequestId) {
      const place = find(paymentRequestId)
      if (place !== 0) remove(place)
      return place !== 0
    },
    size: () => ({ entries: ids.size(), evicted }),
    clear() {
      onGrowth(-ids.size())
      ids.clear()
      finals = [undefined]
      evicted = 0
    },
  }
}
