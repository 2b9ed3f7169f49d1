import type { Journal, JournalEntry, JournalRecord, JournalSize } from '../journal.js'
import { type RedisConnection, readBudget } from './connection.js'
import type { RedisKeys } from './keys.js'
import type { RedisPubSub } from './pubsub.js'
import { appendScript, clearJournalScript, journalSizeScript } from './scripts.js'

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
  const { meta, journal, entries } = keys.of(namespace)

  return {
    async append(record) {
      onAppend()
      const bounds = [max, maxBytes, timeToLive.others, timeToLive.meta]
      await connection.evaluate(appendScript, [meta, journal], [JSON.stringify(record), ...bounds, entries])
    },
    async read({ after = 0, limit = max } = {}) {
      const found = await connection.run(
        (redis) => redis.xrange(journal, `${after + 1}-0`, '+', 'COUNT', limit),
        readBudget,
      )
      return found.map(entryOf)
    },
    lastId: async () => Number(await connection.run((redis) => redis.hget(meta, 'i'))),
    async size(): Promise<JournalSize> {
      type Counts = [number, number, number]
      const [entries, bytes, evicted] = await connection.evaluate<Counts>(journalSizeScript, [meta, journal])
      return { entries, bytes, evicted }
    },
    async clear() {
      await connection.evaluate(clearJournalScript, [meta, journal])
    },
    subscribe({ onEntry, onEnd }) {
      let timer: NodeJS.Timeout | undefined
      const tellSoon = () => {
        timer ??= setTimeout(() => {
          timer = undefined
          onEntry()
        }, gathering)
      }
      const stops = [
        pubsub.listen(entries, tellSoon),
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
