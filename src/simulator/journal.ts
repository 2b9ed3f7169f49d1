import type { Result } from '../protocol/result.js'
import type { ExpectDefinition } from '../scenarios/schema.js'
import type { Awaitable } from './awaitable.js'
import type { JournalView } from './journal-schema.js'

/** A field as it is kept: what is null for its readers is left undefined. */
type Kept<T> = null extends T ? Exclude<T, null> | undefined : T

/**
 * What came in and went out, as compact as it is at hand: the fields of the schema, of which some look different, and
 * without those that follow from where the record is kept.
 */
export type JournalRecord = {
  [Field in Exclude<keyof JournalView, 'id' | 'namespace' | 'at' | 'headers' | 'result'>]: Kept<JournalView[Field]>
} & {
  /** When the call arrived, in epoch milliseconds with fractions. */
  at: number
  /** Names and values by turns, as received. */
  headers: readonly string[]
  result: Result
  /** What the rule expects of the caller. */
  expect: ExpectDefinition | undefined
}

/** What became of a call that got no answer, or a slow one. It is known only after the entry is written. */
export interface Hold {
  /** For how long the caller is known to have waited, in milliseconds from its arrival. */
  heldMs: number
  callerLeft: boolean
}

/** A record in its place: ids count up from 1. */
export type JournalEntry = JournalRecord & { id: number }

/** The id that attempts for the payment of a call are counted by; nothing where it names none. */
export function paymentKeyOf({ profile, paymentRequestId, paymentId }: PaymentIds): string | undefined {
  return profile === 'ams' ? (paymentId ?? paymentRequestId) : (paymentRequestId ?? paymentId)
}

/** What a call says of its payment, and in whose words. */
export type PaymentIds = Pick<JournalRecord, 'profile' | 'paymentRequestId' | 'paymentId'>

export interface JournalSize {
  entries: number
  bytes: number
  /** How many entries fell out because the journal was full. */
  evicted: number
}

export interface JournalListener {
  onEntry(): void
  /** An entry has been amended. */
  onAmend?(id: number): void
  /** Nothing more will come: the namespace is gone. */
  onEnd(): void
}

/** What came in and went out, oldest first, bounded. */
export interface Journal {
  /** Returns the id of the entry. */
  append(record: JournalRecord): Awaitable<number>
  /** Adds to an entry what became of its call, if the entry is still there. */
  amend(id: number, hold: Hold): Awaitable<void>
  /** Entries with an id above `after`, oldest first, at most `limit`. */
  read(range?: { after?: number; limit?: number }): Awaitable<readonly JournalEntry[]>
  /** The id of the newest entry, 0 before the first. */
  lastId(): Awaitable<number>
  size(): Awaitable<JournalSize>
  /** Empties it and forgets what was evicted. Ids go on. */
  clear(): Awaitable<void>
  /** Returns how to stop listening. */
  subscribe(listener: JournalListener): () => void
}

export const defaultJournalMax = 1000
export const defaultMaxBytes = 8 * 1024 * 1024

export interface MemoryJournal extends Journal {
  size(): JournalSize
  /** Tells all listeners that nothing more will come. */
  end(): void
}

/** A journal in this process. `onGrowth` is told by how many bytes it grew or, below 0, shrank. */
export function createMemoryJournal(
  options: { max?: number; maxBytes?: number; onGrowth?: (bytes: number) => void } = {},
): MemoryJournal {
  const { max = defaultJournalMax, maxBytes = defaultMaxBytes, onGrowth = () => {} } = options
  const listeners = new Set<JournalListener>()
  /** A ring: the entry with an id stands at the id modulo the size. */
  let ring: JournalRecord[] = []
  /** Of the records, at the same places. */
  const sizes = new Float64Array(max)
  let last = 0
  let entries = 0
  let bytes = 0
  let evicted = 0

  function drop(): void {
    const oldest = (last - entries + 1) % max
    ring[oldest] = nothing
    entries--
    evicted++
    grow(-Number(sizes[oldest]))
  }

  function grow(by: number): void {
    bytes += by
    onGrowth(by)
  }

  return {
    append(record) {
      if (entries === max) drop()
      const size = sizeOf(record)
      const newest = entries > 0 ? ring[last % max] : undefined
      if (newest !== undefined) shareTexts(record, newest)
      const place = ++last % max
      ring[place] = record
      sizes[place] = size
      entries++
      grow(size)
      while (bytes > maxBytes && entries > 1) drop()
      for (const { onEntry } of listeners) onEntry()
      return last
    },
    amend(id, hold) {
      if (id <= last - entries) return
      Object.assign(ring[id % max] as JournalRecord, hold)
      for (const { onAmend } of listeners) onAmend?.(id)
    },
    read({ after = 0, limit = max } = {}) {
      const first = Math.max(after, last - entries) + 1
      const start = first % max
      const end = start + Math.max(0, Math.min(last - first + 1, limit))
      const records = [...ring.slice(start, end), ...ring.slice(0, Math.max(0, end - max))]
      return records.map((record, index) => ({ id: first + index, ...record }))
    },
    lastId: () => last,
    size: () => ({ entries, bytes, evicted }),
    clear() {
      grow(-bytes)
      ring = []
      entries = 0
      evicted = 0
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    end() {
      for (const { onEnd } of listeners) onEnd()
    },
  }
}

/** Stands where an entry was, so that it is not kept alive. Never read. */
const nothing = {} as JournalRecord

/**
 * Gives a record the texts of the one before where they are the same. Callers repeat themselves, and what a record
 * keeps to itself has to be moved by the garbage collector.
 */
function shareTexts(record: JournalRecord, before: JournalRecord): void {
  if (record.clientId === before.clientId) record.clientId = before.clientId
  if (record.path === before.path) record.path = before.path
  if (record.acquirerId === before.acquirerId) record.acquirerId = before.acquirerId
  if (record.pspId === before.pspId) record.pspId = before.pspId
  if (record.reason === before.reason) record.reason = before.reason
  if (isSameList(record.headers, before.headers)) record.headers = before.headers
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index])
}

/** What an entry costs beside its texts, roughly. */
const overhead = 512

function sizeOf({ headers, body = '', path, reason }: JournalRecord): number {
  // Twice the body: the ids in it are kept again.
  let size = overhead + path.length + reason.length + 2 * Buffer.byteLength(body)
  for (const text of headers) size += text.length
  return size
}
