import type { RateLimit } from '../http/payments/rate-limit.js'
import type { SignMode } from '../http/payments/signing.js'
import type { RedisAddress } from '../simulator/redis/address.js'

/** What `mpp-sim serve` can be told, narrowed: everything inside trusts it. */
export interface ServeOptions {
  host: string
  /** 0 takes a free port. */
  port: number
  /** Scenario files, or folders of them. */
  scenarios: readonly string[]
  /** Whether changed scenario files come into force without a restart. */
  watch: boolean
  /** API paths beside the two standard ones. */
  paths: readonly string[]
  /** Whether an Accept header that does not allow JSON is refused. */
  strictAccept: boolean
  /** Without one, clients call as often as they like. */
  rateLimit?: RateLimit | undefined
  /** Decides everything that is left to chance. */
  seed: string
  /** How many paymentRequestIds are remembered at most. */
  ledgerMax: number
  /** The clients file; without one nobody's signature is checked. */
  clients?: string | undefined
  /** The file of the private key that signs replies; without one a key is made at first need. */
  privateKey?: string | undefined
  /** What replies call that key; 1 by default. */
  keyVersion?: number | undefined
  /** Which replies are signed; by default those to signed calls. */
  sign?: SignMode | undefined
  /** PEM files that turn HTTPS on, both or neither. */
  tlsCert?: string | undefined
  tlsKey?: string | undefined
  /** PEM file of those who may issue client certificates, which are then demanded. */
  tlsCa?: string | undefined
  /** How many calls the journal of each namespace keeps at most. */
  journalMax: number
  /** The Redis that remembers for all replicas; without one it is this process that remembers. */
  store?: RedisAddress | undefined
  /** Comes before all keys in Redis; `mpp-sim` by default. */
  storePrefix?: string | undefined
  /** How long Redis remembers an id after its last call, in milliseconds; 7 days by default. */
  ledgerTtl?: number | undefined
  /** Whether there is a control API. */
  admin: boolean
  /** What callers of the control API have to show; nothing where it is open to all. */
  adminToken?: string | undefined
}

export const defaultSeed = 'mpp-sim'

/** What comes before all keys in Redis, unless told otherwise. */
export const defaultStorePrefix = 'mpp-sim'

/** Seven days. */
export const defaultLedgerTtl = 7 * 86_400_000
