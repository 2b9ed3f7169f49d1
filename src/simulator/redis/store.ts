import { RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible'
import { defaultJournalMax, defaultMaxBytes } from '../journal.js'
import { mainNamespace, type Store } from '../store.js'
import type { RedisAddress } from './address.js'
import { openRedisLink, readBudget } from './connection.js'
import { redisKeys } from './keys.js'
import { createRedisSpace, type RedisSpace } from './namespace.js'
import { createRedisNews } from './pubsub.js'

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
  /** How long a step of a call may take, in milliseconds; 250 by default. */
  stepBudget?: number
  /** Milliseconds since any moment. */
  now: () => number
  /** Told when the store can no longer serve, and why, and with nothing when it can again. */
  onChange: (problem: string | undefined) => void
}

export interface RedisStore extends Store {
  /** Why it cannot serve, if so. */
  problem(): string | undefined
  /** Counts calls in stretches of so many seconds, for all replicas together. */
  callCounter(seconds: number): (client: string) => Promise<RateLimiterRes>
  close(): void
}

/**
 * Remembers in Redis, for any number of replicas. Each step is one atomic script. It settles also where Redis is away,
 * and serves as soon as it is there; until then each method throws a ResultError UNKNOWN_EXCEPTION, within the step's budget.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const { prefix, journalMax = defaultJournalMax, journalMaxBytes = defaultMaxBytes, namespaceMax = 1000 } = options
  const { address, ledgerTtl, stepBudget, now, onChange } = options
  const keys = redisKeys(prefix)
  const link = await openRedisLink({ address, probeKey: keys.probe, stepBudget, onChange })
  const news = createRedisNews(link.subscriber)
  /** The least recently used first. Only a copy: who leaves here is loaded again. */
  const spaces = new Map<string, RedisSpace>()
  const make = (namespace: string) =>
    createRedisSpace({ link, news, keys, namespace, journalMax, journalMaxBytes, namespaceMax, ledgerTtl, now })
  const main = make(mainNamespace)

  news.listen(keys.changes, (message) => {
    const [, namespace] = /^\w+ (.*)$/.exec(message) ?? []
    const changed =
      namespace === undefined
        ? [main, ...spaces.values()]
        : [namespace === mainNamespace ? main : spaces.get(namespace)]
    for (const space of changed) space?.invalidate()
  })

  function use(namespace: string): RedisSpace {
    const space = spaces.get(namespace) ?? make(namespace)
    spaces.delete(namespace)
    spaces.set(namespace, space)
    const [oldest = namespace] = spaces.keys()
    if (spaces.size > namespaceMax) spaces.delete(oldest)
    return space
  }

  return {
    space: (namespace) => (namespace === mainNamespace ? main : use(namespace)),
    async size() {
      const names = await link.run((redis) => redis.zrange(keys.namespaces, 0, '-1'), readBudget)
      const sizes = await Promise.all([main, ...names.map(make)].map(({ journal }) => journal.size()))
      const journal = { entries: 0, bytes: 0, evicted: 0 }
      for (const { entries, bytes, evicted } of sizes) {
        journal.entries += entries
        journal.bytes += bytes
        journal.evicted += evicted
      }
      return { namespaces: names.length, ledger: await main.ledgerSize(), journal }
    },
    problem: link.problem,
    callCounter(seconds) {
      const { client: storeClient } = link
      const limiter = new RateLimiterRedis({ storeClient, keyPrefix: keys.limits, points: 1, duration: seconds })
      return (client) => link.run(() => limiter.penalty(client))
    },
    close: link.close,
  }
}
