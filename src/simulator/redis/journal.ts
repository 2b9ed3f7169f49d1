import { isHeld } from '../hold.js'
import type { Hold, Journal, JournalEntry, JournalRecord, JournalSize } from '../journal.js'
import { createBatch } from './batch.js'
import { type RedisConnection, readBudget } from './connection.js'
import type { RedisKeys } from './keys.js'
import type { RedisPubSub } from './pubsub.js'
import { amendScript, appendScript, clearJournalScript, journalSizeScript } from './scripts.js'

export interface RedisJournalOptions {
  connection: RedisConnection
  pubsub: RedisPubSub
  keys: RedisKeys
  namespace: string
  max: number
  maxBytes: number
  /** In milliseconds. */
  timeToLive: { meta: number; others: number }
  onAppend: () => void
}

/** Notifications are collected for this time before listeners are called, in milliseconds. */
const gathering = 20

/** A journal shared by all replicas: a Redis stream whose ids count up from 1. */
export function createRedisJournal(options: RedisJournalOptions): Journal {
  const { connection, pubsub, keys, namespace, max, maxBytes, timeToLive, onAppend } = options
  const { meta, journal, holds, entries } = keys.of(namespace)

  /** Only calls with these faults are held, so most reads need not ask. */
  async function withHolds(found: readonly JournalEntry[]): Promise<readonly JournalEntry[]> {
    const held = found.filter(({ fault }) => isHeld(fault)).map(({ id }) => id)
    if (held.length === 0) return found
    const texts = await connection.run(
      (redis) => redis.call('HMGET', [holds, ...held.map(String)]) as Promise<(string | null)[]>,
      readBudget,
    )
    const known = new Map(held.map((id, index) => [id, texts[index]]))
    return found.map((entry) => {
      const text = known.get(entry.id)
      return text ? { ...entry, ...(JSON.parse(text) as Hold) } : entry
    })
  }

  const append = createBatch(async (records: readonly JournalRecord[]) => {
    const bounds = [max, maxBytes, timeToLive.others, timeToLive.meta]
    const texts = records.map((record) => JSON.stringify(record))
    const args = [...bounds, entries, ...texts]
    const last = await connection.evaluate<number>(appendScript, [meta, journal, holds], args)
    return records.map((_, index) => last - records.length + 1 + index)
  })

  return {
    append(record) {
      onAppend()
      return append(record)
    },
    async amend(id, hold) {
      const args = [id, JSON.stringify(hold), timeToLive.others, entries]
      await connection.evaluate(amendScript, [journal, holds], args)
    },
    async read({ after = 0, limit = max } = {}) {
      const found = await connection.run(
        (redis) => redis.xrange(journal, `${after + 1}-0`, '+', 'COUNT', limit),
        readBudget,
      )
      return withHolds(found.map(entryOf))
    },
    lastId: async () => Number(await connection.run((redis) => redis.hget(meta, 'i'))),
    async size(): Promise<JournalSize> {
      type Counts = [number, number, number]
      const [entries, bytes, evicted] = await connection.evaluate<Counts>(journalSizeScript, [meta, journal])
      return { entries, bytes, evicted }
    },
    async clear() {
      await connection.evaluate(clearJournalScript, [meta, journal, holds])
    },
    subscribe({ onEntry, onAmend, onEnd }) {
      let timer: NodeJS.Timeout | undefined
      const tellSoon = () => {
        timer ??= setTimeout(() => {
          timer = undefined
          onEntry()
        }, gathering)
      }
      const stops = [
        pubsub.listen(entries, (message) => {
          const [, amended] = /^amended (\d+)$/.exec(message) ?? []
          if (amended === undefined) tellSoon()
          else onAmend?.(Number(amended))
        }),
        pubsub.listen(keys.changes, (message) => {
          if (message === `end ${namespace}`) onEnd()
        }),
      ]
      return () => {
        clearTimeout(timer)
        for (const stop of stops) stop()
      }
    },
  }
}

function entryOf([id, [, json = '']]: [id: string, fields: string[]]): JournalEntry {
  const record: JournalRecord = JSON.parse(json)
  return { id: Number.parseInt(id, 10), ...record }
}
