import type { Result } from '../../protocol/result.js'
import type { Rule } from '../../scenarios/rule.js'
import { finalOf } from '../decision.js'
import type { LedgerEntry, LedgerSize, PaymentCall } from '../store.js'
import { emptyFingerprint, type Fingerprint, fingerprint } from './fingerprint.js'
import { createIdRings } from './id-rings.js'
import { createIdTable } from './id-table.js'

export interface MemoryLedger {
  take(id: string, rule: Rule, call?: PaymentCall): LedgerEntry
  entry(id: string): LedgerEntry | undefined
  forget(id: string): boolean
  size(): LedgerSize
  clear(): void
}

/** A ledger in this process. When it is full, the id that came first goes. `onGrowth` is told of each id more or less. */
export function createMemoryLedger({ max, onGrowth }: { max: number; onGrowth: (ids: number) => void }): MemoryLedger {
  /** With each id, how many attempts it has had. */
  const ids = createIdTable()
  /** By the place of the id. */
  let finals: (Result | undefined)[] = [undefined]
  /** When they were given, in epoch seconds, where somebody wants to know. */
  let times = new Uint32Array(0)
  /** Ids that are one payment have the same final result, or none yet. */
  const rings = createIdRings()
  let evicted = 0
  /** Written anew for each id: an array for each call would have to be collected as garbage. */
  const scratch = emptyFingerprint()
  const find = (id: string) => ids.find(fingerprint(id, scratch))

  function open(id: string): number {
    const print = fingerprint(id, scratch)
    const known = ids.find(print)
    return known === 0 ? add(print) : known
  }

  function add(id: Fingerprint): number {
    if (ids.size() >= max) {
      remove(ids.oldest())
      evicted++
    }
    const place = ids.add(id)
    finals[place] = undefined
    onGrowth(1)
    return place
  }

  function remove(place: number): void {
    rings.leave(place)
    ids.remove(place)
    finals[place] = undefined
    onGrowth(-1)
  }

  /** The place of the first id, which is one payment with the other one from now on. */
  function openBoth(id: string, otherId: string): number {
    open(otherId)
    const place = open(id)
    // A ledger that is full may have let the other one go for this one. One for a single id cannot hold both.
    if (max > 1) link(place, open(otherId))
    return place
  }

  function link(one: number, other: number): void {
    const [known, otherKnown] = [finals[one], finals[other]]
    if (rings.isJoined(one, other) || (known !== undefined && otherKnown !== undefined)) return
    if (known !== undefined) settle(other, known, timeOf(one))
    if (otherKnown !== undefined) settle(one, otherKnown, timeOf(other))
    rings.join(one, other)
  }

  /** Gives a final result to all ids of a payment. */
  function settle(place: number, final: Result, at: number | undefined): void {
    let each = place
    do {
      finals[each] = final
      // A place may have had another id, with a time of its own.
      if (at !== undefined || each < times.length) noteTime(each, at ?? 0)
      each = rings.after(each)
    } while (each !== place)
  }

  function noteTime(place: number, at: number): void {
    if (place >= times.length) {
      const grown = new Uint32Array(2 ** Math.ceil(Math.log2(place + 2)))
      grown.set(times)
      times = grown
    }
    times[place] = at
  }

  function timeOf(place: number): number | undefined {
    return place < times.length ? times[place] : undefined
  }

  return {
    take(id, rule, call) {
      const place = call?.otherId === undefined ? open(id) : openBoth(id, call.otherId)
      const attempts = ids.count(place) + 1
      ids.setCount(place, attempts)
      const final = finals[place]
      if (final !== undefined) return entryOf(attempts, final, timeOf(place))
      const given = finalOf(rule, attempts)
      if (given !== undefined) settle(place, given, call?.at)
      return { attempts, final }
    },
    entry(id) {
      const place = find(id)
      return place === 0 ? undefined : entryOf(ids.count(place), finals[place], timeOf(place))
    },
    forget(id) {
      const place = find(id)
      for (let each = place; each !== 0; ) {
        const another = rings.after(each)
        remove(each)
        each = another === each ? 0 : another
      }
      return place !== 0
    },
    size: () => ({ entries: ids.size(), evicted }),
    clear() {
      onGrowth(-ids.size())
      ids.clear()
      rings.clear()
      finals = [undefined]
      times = new Uint32Array(0)
      evicted = 0
    },
  }
}

function entryOf(attempts: number, final: Result | undefined, finalAt: number | undefined): LedgerEntry {
  return final !== undefined && finalAt ? { attempts, final, finalAt } : { attempts, final }
}
