import type { Answer } from '../payments/answer.js'

/** Upper bounds in milliseconds, from a fast answer to one that Alipay+ no longer waits for. */
export const durationBuckets = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 8000, 10_000] as const

/** Counts of answers. To count one is cheap: see docs/design/counters.md. */
export interface Tally {
  /** Counts an answer that was ready after so many milliseconds. */
  count(answer: Answer, durationMs: number): void
  /** By scenario file, or `(refused)` or `(no rule)`, then by result code. */
  readonly requests: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly faults: ReadonlyMap<string, number>
  countTlsFailure(): void
  tlsFailures(): number
  replays(): number
  /** The number of answers in each bucket and beyond the last one, and the sum of all durations in milliseconds. */
  durations(): { buckets: readonly number[]; sum: number }
}

export function createTally(): Tally {
  const requests = new Map<string, Map<string, number>>()
  const faults = new Map<string, number>()
  const buckets = new Float64Array(durationBuckets.length + 1)
  let replays = 0
  let tlsFailures = 0
  let sum = 0

  /** The counts of the last rule: most answers are by the same rule as the one before. */
  let last: { rule: string; codes: Map<string, number> } | undefined

  function codesOf({ rule, attempt }: Answer): Map<string, number> {
    if (rule === undefined) return codesIn(attempt === undefined ? '(refused)' : '(no rule)')
    if (last?.rule !== rule) last = { rule, codes: codesIn(rule.slice(0, rule.indexOf('/'))) }
    return last.codes
  }

  function codesIn(file: string): Map<string, number> {
    const known = requests.get(file)
    if (known !== undefined) return known
    const codes = new Map<string, number>()
    requests.set(file, codes)
    return codes
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

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function bucketOf(durationMs: number): number {
  const bucket = durationBuckets.findIndex((limit) => durationMs <= limit)
  return bucket === -1 ? durationBuckets.length : bucket
}
