import { RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible'
import { defaultJournalMax, defaultMaxBytes } from '../journal.js'
import { mainNamespace, type Store } from '../store.js'
import type { RedisAddress } from './address.js'
import { openRedisConnection, readBudget } from './connection.js'
import { redisKeys } from './keys.js'
import { createRedisNamespace, type RedisNamespace } from './namespace.js'
import { createProbe } from './probe.js'
import { createRedisPubSub } from './pubsub.js'

export interface RedisStoreOptions {
  address: RedisAddress
  /** Comes before all keys. */
  prefix: string
  /** How long an id is remembered after its last call, in milliseconds. */
  ledgerTtl: number
  /** How many journal entries each namespace keeps at most, and how many bytes. */
  journalMax?: number
  journalMaxBytes?: number
  /** How many namespaces there are at most. */
  namespaceMax?: number
  /** The time limit for a step of a call, in milliseconds; 250 by default. */
  stepBudget?: number
  /** A monotonic clock, in milliseconds. */
  now: () => number
  /** Called with the problem when the store becomes unavailable, and with `undefined` when it is available again. */
  onChange: (problem: string | undefined) => void
  /** Called with each new reason to doubt that Redis keeps what it has confirmed. */
  onDoubt: (doubt: string) => void
}

export interface RedisStore extends Store {
  /** Why it is unavailable; `undefined` while it is available. */
  problem(): string | undefined
  /** Reasons to doubt that Redis keeps what it has confirmed. */
  doubts(): readonly string[]
  /** Counts calls in windows of this many seconds, for all replicas together. */
  callCounter(seconds: number): (client: string) => Promise<RateLimiterRes>
  close(): void
}

/**
 * A store in Redis, for any number of replicas. Each step is one atomic script. Resolves even while Redis is
 * unavailable; until it is back, each method throws a ResultError UNKNOWN_EXCEPTION within the time limit.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const { prefix, journalMax = defaultJournalMax, journalMaxBytes = defaultMaxBytes, namespaceMax = 1000 } = options
  const { address, ledgerTtl, stepBudget, now, onChange, onDoubt } = options
  const keys = redisKeys(prefix)
  const probe = createProbe(keys, onDoubt, () => {
    for (const each of [main, ...namespaces.values()]) each.invalidate()
  })
  const connection = await openRedisConnection({ address, ask: probe.ask, stepBudget, onChange })
  const pubsub = createRedisPubSub(connection.subscriber)
  /** The least recently used first. Only a cache: what is dropped here is loaded again. */
  const namespaces = new Map<string, RedisNamespace>()
  const make = (namespace: string) =>
    createRedisNamespace({
      connection,
      pubsub,
      keys,
      namespace,
      journalMax,
      journalMaxBytes,
      namespaceMax,
      ledgerTtl,
      now,
    })
  const main = make(mainNamespace)

  pubsub.listen(keys.changes, (message) => {
    const [, namespace] = /^\w+ (.*)$/.exec(message) ?? []
    const changed =
      namespace === undefined
        ? [main, ...namespaces.values()]
        : [namespace === mainNamespace ? main : namespaces.get(namespace)]
    for (const each of changed) each?.invalidate()
  })

  function use(namespace: string): RedisNamespace {
    const used = namespaces.get(namespace) ?? make(namespace)
    namespaces.delete(namespace)
    namespaces.set(namespace, used)
    const [oldest = namespace] = namespaces.keys()
    if (namespaces.size > namespaceMax) namespaces.delete(oldest)
    return used
  }

  const readNames = () => connection.run((redis) => redis.zrange(keys.namespaces, 0, '-1'), readBudget)

  return {
    namespace: (name) => (name === mainNamespace ? main : use(name)),
    namespaces: readNames,
    async size() {
      const names = await readNames()
      const sizes = await Promise.all([main, ...names.map(make)].map(({ journal }) => journal.size()))
      const journal = { entries: 0, bytes: 0, evicted: 0 }
      for (const { entries, bytes, evicted } of sizes) {
        journal.entries += entries
        journal.bytes += bytes
        journal.evicted += evicted
      }
      return { namespaces: names.length, ledger: await main.ledgerSize(), journal }
    },
    problem: connection.problem,
    doubts: probe.doubts,
    callCounter(seconds) {
      const { client: storeClient } = connection
      const limiter = new RateLimiterRedis({ storeClient, keyPrefix: keys.limits, points: 1, duration: seconds })
      return (client) => connection.run(() => limiter.penalty(client))
    },
    close: connection.close,
  }
}
