import type { RateLimit } from '../http/payments/rate-limit.js'
import { type SignMode, signingDefaults } from '../http/payments/signing.js'
import { sampleRequest } from '../protocol/cancel-payment.js'
import type { Profile } from '../protocol/profile.js'
import { millisecondsIn } from '../scenarios/duration.js'
import { defaultJournalMax } from '../simulator/journal.js'
import { defaultLedgerMax } from '../simulator/memory/store.js'
import type { RedisAddress } from '../simulator/redis/address.js'
import { shippedScenarios } from './shipped.js'
import { tlsMistake } from './tls.js'

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
  /** Whom the simulator plays. */
  profile: Profile
  /** Who an acquirer is, and whom its payers pay with, where the clients file does not say so. */
  acquirerId: string
  pspId: string
  /** The clients file; without one nobody's signature is checked. */
  clients?: string | undefined
  /** The file of the private key that signs replies; without one a key is made at first need. */
  privateKey?: string | undefined
  /** What replies call that key. */
  keyVersion: number
  /** Which replies are signed. */
  sign: SignMode
  /** PEM files that turn HTTPS on, both or neither. */
  tlsCert?: string | undefined
  tlsKey?: string | undefined
  /** PEM file of those who may issue client certificates, which are then demanded. */
  tlsCa?: string | undefined
  /** How many calls the journal of each namespace keeps at most. */
  journalMax: number
  /** The Redis that remembers for all replicas; without one it is this process that remembers. */
  store?: RedisAddress | undefined
  /** Comes before all keys in Redis. */
  storePrefix: string
  /** How long Redis remembers an id after its last call, in milliseconds. */
  ledgerTtl: number
  /** Whether there is a control API. */
  admin: boolean
  /** What callers of the control API have to show; nothing where it is open to all. */
  adminToken?: string | undefined
}

/** What applies where nothing is said, on the command line and in the library alike. An option without a default is off. */
export const defaults = {
  host: '127.0.0.1',
  port: 8080,
  scenarios: [shippedScenarios],
  watch: true,
  paths: [],
  strictAccept: false,
  seed: 'mpp-sim',
  profile: 'mpp',
  acquirerId: sampleRequest.acquirerId,
  pspId: sampleRequest.pspId,
  ledgerMax: defaultLedgerMax,
  journalMax: defaultJournalMax,
  storePrefix: 'mpp-sim',
  ledgerTtl: 7 * millisecondsIn.d,
  admin: true,
  ...signingDefaults,
} as const satisfies Partial<ServeOptions>

/** The same options, of which any may be left out or undefined. */
export type GivenOptions = { [Name in keyof ServeOptions]?: ServeOptions[Name] | undefined }

/**
 * Options with the defaults in the place of what is not given.
 * @throws TypeError where the TLS files do not go together
 */
export function withDefaults(options: GivenOptions): ServeOptions {
  const mistake = tlsMistake(options)
  if (mistake !== undefined) throw new TypeError(mistake)
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) }
}
