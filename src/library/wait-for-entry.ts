import type { Journal, JournalEntry } from '../simulator/journal.js'
import { type JournalFilter, passesFilter } from '../simulator/journal-filter.js'

/**
 * The `count`th entry, from 1, that passes the filter: from the journal, or as soon as it is written.
 * @throws Error after `timeout` milliseconds, when the namespace is evicted, and when `closed` is aborted
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
