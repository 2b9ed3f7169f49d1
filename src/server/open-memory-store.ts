import type { FastifyBaseLogger } from 'fastify'
import type { CallCounter } from '../http/payments/rate-limit.js'
import { createMemoryStore } from '../simulator/memory/store.js'
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

export type StoreOptions = Pick<
  ServeOptions,
  'store' | 'storePrefix' | 'ledgerTtl' | 'ledgerMax' | 'journalMax' | 'rateLimit'
>

/** Opens a store that ends with this process. */
export async function openMemoryStore(
  { ledgerMax, journalMax }: StoreOptions,
  log: FastifyBaseLogger,
): Promise<OpenStore> {
  const { tell, notes } = createLetGo(log, () => performance.now())
  const store = createMemoryStore({ ledgerMax, journalMax, onLeave: tell })
  return { store, problems: () => [], notes, closeStore: () => {} }
}
