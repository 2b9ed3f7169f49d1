import type { RateLimit } from './http/rate-limit.js'

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
}

export const defaultSeed = 'mpp-sim'
