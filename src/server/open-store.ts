import type { FastifyBaseLogger } from 'fastify'
import { nameOfRedis } from '../simulator/redis/address.js'
import { type OpenStore, openMemoryStore, type StoreOptions } from './open-memory-store.js'

/** Opens the store of the options. Redis may still be unavailable: that is logged, and shown in `problems`. */
export async function openStore(options: StoreOptions, log: FastifyBaseLogger): Promise<OpenStore> {
  const { store: address, storePrefix: prefix, ledgerTtl, journalMax, rateLimit } = options
  if (address === undefined) return openMemoryStore(options, log)
  const { openRedisStore } = await import('../simulator/redis/store.js')
  const redis = nameOfRedis(address)
  const store = await openRedisStore({
    address,
    prefix,
    ledgerTtl,
    journalMax,
    now: () => performance.now(),
    onChange(problem) {
      if (problem === undefined) log.info({ redis }, 'the store is back')
      else log.error({ redis, problem }, 'the store cannot serve; calls get UNKNOWN_EXCEPTION')
    },
    onDoubt: (doubt) => log.error({ redis, doubt }, 'answers may contradict earlier ones'),
  })
  if (store.problem() === undefined) log.info({ redis }, 'the store is ready')
  return {
    store,
    countCall: rateLimit && store.callCounter(rateLimit.seconds),
    problems: () => [store.problem()].filter((problem) => problem !== undefined),
    notes: store.doubts,
    closeStore: store.close,
  }
}
