import type { CallProfile } from '../../protocol/profile.js'
import type { Answer } from '../payments/answer.js'

/** Upper bounds in milliseconds, from a fast answer to one that Alipay+ no longer waits for. */
export const durationBuckets = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 8000, 10_000] as const

/** Counts of answers. To count one is cheap: see docs/design/counters.md. */
export interface Tally {
  /** Counts an answer that was ready after so many milliseconds. */
  count(answer: Answer, durationMs: number): void
  /** By profile, then by scenario file, or `(refused)` or `(no rule)`, then by result code. */
  readonly requests: ReadonlyMap<CallProfile, ReadonlyMap<string, ReadonlyMap<string, number>>>
  readonly faults: ReadonlyMap<string, number>
  countTlsFailure(): void
  tlsFailures(): number
  replays(): number
  /** The number of answers in each bucket and beyond the last one, and the sum of all durations in milliseconds. */
  durations(): { buckets: readonly number[]; sum: number }
}

export function createTally(): Tally {
  const requests = new Map<CallProfile, Map<string, Map<string, number>>>()
  const faults = new Map<string, number>()
  const buckets = new Float64Array(durationBuckets.length + 1)
  let replays = 0
  let tlsFailures = 0
  let sum = 0

  /** The counts of the last rule: most answers are by the same rule as the one before. */
  let last: { rule: string; profile: CallProfile; codes: Map<string, number> } | undefined

  function codesOf({ rule, attempt, profile }: Answer): Map<string, number> {
    if (rule === undefined) return codesIn(profile, attempt === undefined ? '(refused)' : '(no rule)')
    if (last?.rule !== rule || last.profile !== profile)
      last = { rule, profile, codes: codesIn(profile, rule.slice(0, rule.indexOf('/'))) }
    return last.codes
  }

  function codesIn(profile: CallProfile, file: string): Map<string, number> {
    const files = getOrAdd(requests, profile, () => new Map<string, Map<string, number>>())
    return getOrAdd(files, file, () => new Map<string, number>())
  }

  return {
    requests,
    faults,
    replays: () => replays,
    tlsFailures: () => tlsFailures,
    countTlsFailure() {
      tlsFailures++
    },
    durations: () => ({ buckets: [...buckets], sum }),
    count(answer, durationMs) {
      const { result, delivery, replayed } = answer
      increase(codesOf(answer), result.resultCode)
      if (replayed) replays++
      if (delivery.fault !== undefined) increase(faults, delivery.fault)
      const bucket = bucketOf(durationMs)
      buckets[bucket] = Number(buckets[bucket]) + 1
      sum += durationMs
    },
  }
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function bucketOf(durationMs: number): number {
  const bucket = durationBuckets.findIndex((limit) => durationMs <= limit)
  return bucket === -1 ? durationBuckets.length : bucket
}
