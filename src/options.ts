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
  /** Decides everything that is left to chance. */
  seed: string
  /** How many paymentRequestIds are remembered at most. */
  ledgerMax: number
  /** How many calls the journal of each namespace keeps at most. */
  journalMax: number
  /** Whether there is a control API. */
  admin: boolean
  /** What callers of the control API have to show; nothing where it is open to all. */
  adminToken?: string | undefined
}

export const defaultSeed = 'mpp-sim'
