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

/** The options of a server, checked and complete: the code inside relies on it. */
export interface ServeOptions {
  host: string
  /** 0 takes a free port. */
  port: number
  /** Scenario files, or folders of them. */
  scenarios: readonly string[]
  /** Whether changed scenario files are reloaded. */
  watch: boolean
  /** API paths beside the two standard ones. */
  paths: readonly string[]
  /** Whether an Accept header that does not allow JSON is refused. */
  strictAccept: boolean
  /** Unlimited by default. */
  rateLimit?: RateLimit | undefined
  /** Decides all random choices. */
  seed: string
  /** The maximum number of paymentRequestIds in the ledger. */
  ledgerMax: number
  /** Whom the simulator plays. */
  profile: Profile
  /** Who an acquirer is, and whom its payers pay with, where the clients file does not say so. */
  acquirerId: string
  pspId: string
  /** The clients file. Without one no signature is checked. */
  clients?: string | undefined
  /** The file of the private key that signs replies. Without one a key is generated on first use. */
  privateKey?: string | undefined
  /** The keyVersion in signatures of replies. */
  keyVersion: number
  /** Which replies are signed. */
  sign: SignMode
  /** PEM files that turn on HTTPS, both or neither. */
  tlsCert?: string | undefined
  tlsKey?: string | undefined
  /** PEM file of the CA for client certificates, which are then required. */
  tlsCa?: string | undefined
  /** The maximum number of entries in the journal of each namespace. */
  journalMax: number
  /** The Redis that all replicas share. Without one the state is in this process. */
  store?: RedisAddress | undefined
  /** The prefix of all keys in Redis. */
  storePrefix: string
  /** How long Redis remembers an id after its last call, in milliseconds. */
  ledgerTtl: number
  /** How many processes serve behind one port, on a Redis. One, this one, unless given. */
  workers?: number | undefined
  /** Names, without port, by which pages of this simulator may be known beside those of the machine. */
  allowHosts: readonly string[]
  /** Whether there is a control API. */
  admin: boolean
  /** The bearer token of the control API. Without one it is open to all. */
  adminToken?: string | undefined
  /** How many lines the log has dropped, for the metrics. */
  droppedLogLines?: (() => number) | undefined
}

/** The defaults, for command line and library alike. An option without a default is off. */
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
  allowHosts: [],
  admin: true,
  ...signingDefaults,
} as const satisfies Partial<ServeOptions>

/** The same options, all of them optional. */
export type GivenOptions = { [Name in keyof ServeOptions]?: ServeOptions[Name] | undefined }

/**
 * Fills in the defaults.
 * @throws TypeError if the TLS files do not go together
 */
export function withDefaults(options: GivenOptions): ServeOptions {
  const mistake = tlsMistake(options)
  if (mistake !== undefined) throw new TypeError(mistake)
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) }
}
