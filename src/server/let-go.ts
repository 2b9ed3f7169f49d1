import type { FastifyBaseLogger } from 'fastify'

/** What was let go since the start. */
export interface LetGo {
  tell(what: 'namespace' | 'paymentRequestId'): void
  /** What was let go, in words; nothing where nothing was. */
  notes(): readonly string[]
}

/** How often the log says so at most, in milliseconds. */
const interval = 60_000

/** Counts what leaves a full store, and warns of it: whoever still counts on it gets answers as if it were new. */
export function createLetGo(log: FastifyBaseLogger, now: () => number): LetGo {
  const counts = { namespace: 0, paymentRequestId: 0 }
  const warnedAt = { namespace: Number.NEGATIVE_INFINITY, paymentRequestId: Number.NEGATIVE_INFINITY }
  const note = (what: keyof typeof counts) => `${what}s let go, as the store is full: ${counts[what]}`
  return {
    tell(what) {
      counts[what]++
      const at = now()
      if (at - warnedAt[what] < interval) return
      warnedAt[what] = at
      log.warn({ what, soFar: counts[what] }, 'the store is full; the oldest of them are forgotten')
    },
    notes: () => (['namespace', 'paymentRequestId'] as const).filter((what) => counts[what] > 0).map(note),
  }
}
