import type { Journal, JournalEntry, JournalListener } from '../../simulator/journal.js'
import { type JournalFilter, passesFilter } from '../../simulator/journal-filter.js'
import { viewEntry } from '../../simulator/journal-view.js'
import { formatEvent } from './stream-event.js'

/** Events, ready to be sent to any number of readers. */
export interface Batch {
  bytes: Buffer
  /** The id of the last entry that was looked at. */
  cursor: number
}

/** What all readers of one journal share. */
export interface Feed {
  /** Calls `wake` when there is something to read, some times a second. Returns how to stop that. */
  join(wake: () => void, others: Omit<JournalListener, 'onEntry'>): () => void
  /** What comes after an entry, for readers with the same filter made only once. */
  batch(after: number, filter: JournalFilter): Promise<Batch>
}

/** How long entries are gathered before readers are woken, in milliseconds. */
const gathering = 50

/** How many entries and bytes a batch has at most, or one entry. */
const maxEntries = 100
const maxBytes = 64 * 1024

/** How many batches are kept for other readers. */
const maxBatches = 64

const feeds = new WeakMap<Journal, Feed>()

/** The feed of a journal, which is that of a namespace. */
export function feedOf(journal: Journal, namespace: string): Feed {
  const known = feeds.get(journal)
  if (known !== undefined) return known
  const feed = createFeed(journal, namespace)
  feeds.set(journal, feed)
  return feed
}

function createFeed(journal: Journal, namespace: string): Feed {
  const readers = new Set<() => void>()
  const batches = new Map<string, Promise<Batch>>()
  /** Runs while entries are gathered. */
  let timer: NodeJS.Timeout | undefined
  let isNew = false

  function wakeAll(): void {
    isNew = false
    timer = setTimeout(endGathering, gathering).unref()
    // Batches that ended with what was newest then could be longer now.
    batches.clear()
    for (const wake of readers) wake()
  }

  function endGathering(): void {
    timer = undefined
    if (isNew) wakeAll()
  }

  /** The first one after a pause is sent at once. */
  function onEntry(): void {
    if (timer === undefined && !isNew) setImmediate(wakeAll)
    isNew = true
  }

  async function make(after: number, filter: JournalFilter): Promise<Batch> {
    const texts: string[] = []
    let cursor = after
    let length = 0
    for (const entry of await journal.read({ after, limit: maxEntries })) {
      const text = eventsFor(entry, cursor, filter, namespace)
      if (length > 0 && length + text.length > maxBytes) break
      texts.push(text)
      length += text.length
      cursor = entry.id
    }
    return { bytes: Buffer.from(texts.join('')), cursor }
  }

  return {
    join(wake, others) {
      const leave = journal.subscribe({ onEntry, ...others })
      readers.add(wake)
      return () => {
        leave()
        readers.delete(wake)
        if (readers.size === 0) batches.clear()
      }
    },
    batch(after, filter) {
      const key = `${after} ${JSON.stringify(filter)}`
      const batch = batches.get(key) ?? make(after, filter)
      if (batches.size >= maxBatches) batches.clear()
      batches.set(key, batch)
      return batch
    },
  }
}

function eventsFor(entry: JournalEntry, before: number, filter: JournalFilter, namespace: string): string {
  const skipped = entry.id - before - 1
  const gap = skipped > 0 ? formatEvent({ event: 'skipped', data: { skipped } }) : ''
  return passesFilter(entry, filter) ? gap + formatEvent({ id: entry.id, data: viewEntry(entry, namespace) }) : gap
}
