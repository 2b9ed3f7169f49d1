import type { Journal, JournalEntry } from '../simulator/journal.js'
import { type JournalFilter, passesFilter } from '../simulator/journal-filter.js'

/**
 * The entry number `count`, from 1, that passes the filter, from the journal as it is or as soon as it comes.
 * @throws Error when `timeout` milliseconds are over, when the namespace is gone, and when `closed` says so
 */
export function waitForEntry(
  journal: Journal,
  filter: JournalFilter,
  { count, timeout, closed }: { count: number; timeout: number; closed: AbortSignal },
): Promise<JournalEntry> {
  return new Promise((resolve, reject) => {
    let came = 0

    function end(): void {
      stop()
      clearTimeout(timer)
      closed.removeEventListener('abort', onClosed)
    }

    function fail(message: string): void {
      end()
      reject(new Error(`${message}: expected ${count} with ${JSON.stringify(filter)}, ${came} came`))
    }

    async function look(): Promise<void> {
      const entries = (await journal.read()).filter((entry) => passesFilter(entry, filter))
      came = entries.length
      const entry = entries[count - 1]
      if (entry === undefined) return
      end()
      resolve(entry)
    }

    const onClosed = () => fail('the simulator was closed while waiting for requests')
    const stop = journal.subscribe({ onEntry: look, onEnd: onClosed })
    const timer = setTimeout(() => fail(`waited ${timeout} ms for requests`), timeout)
    closed.addEventListener('abort', onClosed)
    if (closed.aborted) onClosed()
    else void look()
  })
}
