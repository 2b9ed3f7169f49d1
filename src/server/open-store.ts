import type { FastifyBaseLogger } from 'fastify'
import type { CallCounter } from '../http/payments/rate-limit.js'
import { createMemoryStore } from '../simulator/memory/store.js'
import { nameOfRedis } from '../simulator/redis/address.js'
import type { Store } from '../simulator/store.js'
import { createLetGo } from './let-go.js'
import type { ServeOptions } from './options.js'

export interface OpenStore {
  store: Store
  /** Counts calls for the rate limit of all replicas, if the store is shared. */
  countCall?: CallCounter | undefined
  /** Why it is unavailable, if it is. */
  problems(): readonly string[]
  /** What is worth a word, though it serves. */
  notes(): readonly string[]
  closeStore(): void
}

type StoreOptions = Pick<ServeOptions, 'store' | 'storePrefix' | 'ledgerTtl' | 'ledgerMax' | 'journalMax' | 'rateLimit'>

/** Opens the store of the options. Redis may still be unavailable: that is logged, and shown in `problems`. */
export async function openStore(options: StoreOptions, log: FastifyBaseLogger): Promise<OpenStore> {
  const { store: address, storePrefix: prefix, ledgerTtl, ledgerMax, journalMax, rateLimit } = options
  if (address === undefined) {
    const { tell, notes } = createLetGo(log, () => performance.now())
    const store = createMemoryStore({ ledgerMax, journalMax, onLeave: tell })
    return { store, problems: () => [], notes, closeStore: () => {} }
  }
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
