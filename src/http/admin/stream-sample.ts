import type { Journal, JournalEntry } from '../../simulator/journal.js'
import { type JournalFilter, passesFilter } from '../../simulator/journal-filter.js'

interface Sampling {
  journal: Journal
  filter: JournalFilter
  /** The id of the last entry that is not wanted. */
  after: number
  /** How many entries at most. */
  share: number
}

/** The newest entries that pass, how many others would have, and where to go on. */
interface Sample {
  entries: readonly JournalEntry[]
  skipped: number
  cursor: number
}

/** Takes no more entries than somebody can look at, and counts the others. */
export async function takeSample({ journal, filter, after, share }: Sampling): Promise<Sample> {
  const last = await journal.lastId()
  // Without a filter there is no need to look at those that are only counted.
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  const from = isFiltered ? after : Math.max(after, last - share)
  const read = (await journal.read({ after: from })).filter(({ id }) => id <= last)
  const unseen = (read[0] === undefined ? last : read[0].id - 1) - after
  const passing = read.filter((entry) => passesFilter(entry, filter))
  const entries = passing.slice(-share)
  return { entries, skipped: unseen + passing.length - entries.length, cursor: last }
}

/** How often a share falls due, in milliseconds. */
const interval = 250

export interface Pace {
  /** There is something to send. */
  wake(): void
  stop(): void
}

/**
 * Calls `send` at most a few times a second, with how many entries it may send; it returns how many it did. They are
 * `rate` a second, and as many at once after a quiet second, so that a short burst comes through whole.
 */
export function paceAt(
  rate: number,
  send: (share: number) => Promise<number>,
  { isBlocked, onError }: { isBlocked: () => boolean; onError: () => void },
): Pace {
  let allowance = rate
  let isDue = true
  let isAsked = false
  let running = Promise.resolve()

  async function run(): Promise<void> {
    if (!isDue || !isAsked || allowance < 1 || isBlocked()) return
    isDue = false
    isAsked = false
    allowance -= await send(Math.floor(allowance))
  }
  const next = () => {
    running = running.then(run).catch(onError)
  }
  const timer = setInterval(() => {
    isDue = true
    allowance = Math.min(rate, allowance + (rate * interval) / 1000)
    next()
  }, interval)

  return {
    wake() {
      if (isAsked) return
      isAsked = true
      next()
    },
    stop: () => clearInterval(timer),
  }
}
