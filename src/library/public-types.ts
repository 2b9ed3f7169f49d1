import type { CallProfile } from '../protocol/profile.js'
import type { AnyResultCode, Result, ResultCode, ResultStatus, RuleResultCode } from '../protocol/result.js'

/**
 * The public types, spelt out. They say what the JSON Schemas say (a test holds them together), and stand alone: who
 * compiles against the package needs nothing that the schemas' own types are derived with.
 */

/** A failure on the wire, in place of a whole reply. */
export type Fault =
  | 'connection-reset'
  | 'empty-reply'
  | 'no-reply'
  | 'malformed-json'
  | 'missing-status'
  | 'truncated-body'
  | 'slow-body'

/** A signature that does not fit the reply, or none. */
export type SignatureFlaw = 'invalid' | 'missing'

/** Text, a glob with `*` and `?` over the whole value, or `/a regular expression/` in RE2 syntax; a list means any of them. */
export type PositivePattern = string | readonly string[]

/** What a field must match, or must not. */
export type Pattern = PositivePattern | { readonly not: PositivePattern }

/** `250ms`, `2s`, `100ms..2s` (evenly in between), or lognormal: most delays near the median, a few much longer. */
export type Delay = string | { readonly median: string; readonly sigma: number }

/** The fields that must match, all of them. */
export interface Match {
  readonly acquirerId?: Pattern
  readonly pspId?: Pattern
  /** The id that attempts are counted by: of acquirers that name no paymentRequestId, the paymentId. */
  readonly paymentRequestId?: Pattern
  /** Only acquirers name one. */
  readonly paymentId?: Pattern
  /** The Client-Id header. */
  readonly clientId?: Pattern
}

/** What a step can say. */
export interface StepFields {
  readonly resultCode?: RuleResultCode
  /** Follows from the code; may be given, but not contradict it. */
  readonly resultStatus?: ResultStatus
  /** At most 256 characters, instead of the text that goes with the code. */
  readonly resultMessage?: string
  /** How many attempts get this step; 1 unless given. */
  readonly times?: number
  readonly delay?: Delay
  readonly fault?: Fault
  /** 200 to 599; 200 unless given. */
  readonly httpStatus?: number
  readonly signature?: SignatureFlaw
}

/** A result code, or a step in full, which needs a `resultCode` or a `fault`. */
export type Step = RuleResultCode | (StepFields & ({ readonly resultCode: RuleResultCode } | { readonly fault: Fault }))

/** What a correct caller does with the payments of a rule. It changes no answer; the report judges it. */
export interface Expect {
  /** How many accepted calls a payment gets: `3`, `'2..'` or `'2..5'`. */
  readonly attempts?: number | string
  /** The code that the caller must have been shown last, intact. */
  readonly last?: RuleResultCode
  /** The pause from the end of an answer, or of waiting for it, to the next attempt: `1s` is the least, `1s..30s` a range. */
  readonly spacing?: string
  /** Whether the pauses have to grow. */
  readonly backoff?: boolean
  /** The most that may pass from the first attempt to the last, such as `60s`. */
  readonly within?: string
}

/** Which calls are answered, and how: what stands in a scenario file under `rules`. */
export interface Rule {
  /** 1 to 128 characters, unique among its kind. The rule's id ends in it. */
  readonly name: string
  /** Left out: every call. */
  readonly match?: Match
  /** The share of paymentRequestIds that it takes, from 0 to 1; 1 unless given. */
  readonly chance?: number
  /** `false`: results are neither remembered nor replayed. */
  readonly idempotent?: boolean
  /** One step for each attempt; the last one repeats. */
  readonly reply: Step | readonly Step[]
  readonly expect?: Expect
}

/** A rule in force. */
export interface RuleInForce {
  /** `runtime/<name>` for rules that were added, `options/<name>` for those of the options, `<file>/<name>` for the others. */
  id: string
  /** How many calls it has taken. */
  hits: number
  /** Whether it was added at run time. */
  runtime: boolean
  rule: Rule
}

/** A call to ask about. */
export interface Call {
  acquirerId: string
  pspId: string
  paymentRequestId: string
  /** What the Client-Id header would say; nothing where there is none. */
  clientId?: string | undefined
}

/** How a call would be answered, and why. */
export interface Explanation {
  /** The id of the rule that would answer; null where none matches, which means SUCCESS. */
  rule: string | null
  /** Which attempt for its paymentRequestId it would be, from 1. */
  attempt: number
  step: { number: number; of: number; definition: StepFields }
  /** null: the request would count as lost before it had an effect. */
  result: Result | null
  /** Whether the result would be taken from the ledger. */
  replayed: boolean
  reason: string
  /** The rules before it, near misses first. */
  misses: Miss[]
}

/** Why a rule did not take a call. */
export interface Miss {
  rule: string
  /** The fields that did not match; empty where only chance decided. */
  fields: { field: string; pattern: Pattern; value: string | null }[]
  /** Where chance decided: the rule's own, and what this id drew. */
  chance: { chance: number; drawn: number } | null
}

/** Which journal entries are wanted: all that is named must be equal. */
export interface RequestFilter {
  acquirerId?: string | undefined
  pspId?: string | undefined
  paymentRequestId?: string | undefined
  clientId?: string | undefined
  paymentId?: string | undefined
  profile?: CallProfile | undefined
  resultCode?: AnyResultCode | undefined
  /** The id of the rule that answered. */
  rule?: string | undefined
  /** The earliest arrival; a number is in epoch milliseconds. */
  since?: Date | number | undefined
  /** How many at most: the newest. */
  limit?: number | undefined
}

/** What came in and went out, written before the reply leaves. */
export interface JournalEntry {
  /** Counts up from 1 in each namespace. */
  id: number
  /** When the call arrived, in ISO 8601. */
  at: string
  /** null: the one without a prefix. */
  namespace: string | null
  clientId: string | null
  method: string
  /** The request target, with its query. */
  path: string
  /** As received, with names in lower case; Signature and Authorization shortened. */
  headers: Record<string, string>
  /** As received; null where none was read. */
  body: string | null
  /** Who calls: Alipay+ (`mpp`), or an acquirer by the APS path (`acqp`) or an AMS path (`ams`). */
  profile: CallProfile
  acquirerId: string | null
  pspId: string | null
  paymentRequestId: string | null
  /** Only acquirers name one. */
  paymentId: string | null
  /** The id of the rule that answered. */
  rule: string | null
  /** null: refused before it was counted. */
  attempt: number | null
  replayed: boolean
  result: { resultCode: AnyResultCode; resultStatus: ResultStatus; resultMessage?: string }
  httpStatus: number
  fault: Fault | null
  signature: SignatureFlaw | null
  /** How long the answer was held back, in milliseconds. */
  delayMs: number
  /** Whether the caller closed the connection before it had the answer. */
  callerLeft: boolean
  /** For how long the caller is known to have waited without the answer: noted when it leaves, and after 30 s. */
  heldMs: number | null
  /** Why this is the answer. */
  reason: string
  /** From arrival to the answer, in milliseconds. */
  durationMs: number
}

/** What is remembered of a paymentRequestId. */
export interface LedgerEntry {
  paymentRequestId: string
  attempts: number
  /** The S or F result that was given, which never changes; null until there is one. */
  final: Result | null
}

/** What callers do wrong. */
export type VerdictKind =
  | 'expectation-missed'
  | 'retried-after-success'
  | 'retried-after-final-failure'
  | 'abandoned-unknown'
  | 'changed-parameters'
  | 'overlapping-attempts'
  | 'hung-up-early'
  | 'no-timeout'
  | 'retried-too-fast'

/** Something that the caller did wrong with one paymentRequestId. */
export interface Verdict {
  verdict: VerdictKind
  paymentRequestId: string
  /** What happened, in words. */
  message: string
  /** Ids of the journal entries that show it. */
  entries: number[]
  /** Whether calls that the journal no longer knows may show that it was not so. */
  unsure: boolean
}

/** What came of the expectation of a rule. */
export interface ExpectationOutcome {
  /** The id of the rule. */
  rule: string
  state: 'met' | 'missed' | 'not-tried'
  /** null: no payment has tried the rule. */
  paymentRequestId: string | null
  /** What happened and, where it is missed, what to mend. */
  message: string
  /** Ids of the journal entries of its calls. */
  entries: number[]
  /** Whether calls that the journal no longer knows may show that it was not so. */
  unsure: boolean
}

/** How often a result code was given, by what became of the answer. */
export interface CodeCoverage {
  resultStatus: 'S' | 'F' | 'U'
  /** At once, and intact. */
  plain: number
  /** Late, and intact. */
  delayed: number
  /** The caller cannot have had it. */
  lost: number
  /** With a wrong signature, or without one. */
  badSignature: number
}

/** What the caller was shown, and what it did wrong. */
export interface Report {
  /** How many journal entries it rests on. */
  calls: number
  /** How many of them were accepted, and count as an attempt. */
  accepted: number
  /** How many fell out of the journal before. */
  evicted: number
  /** Whether evicted entries may hide coverage and verdicts. */
  unsure: boolean
  coverage: {
    /** How often each result code was shown. Answers that were lost do not count. */
    resultCodes: Record<ResultCode, number> & { ORDER_NOT_EXIST?: number }
    /** The codes that were never shown. */
    missing: ResultCode[]
    /** How often answers came late, got lost on the wire, or had a wrong signature or none. */
    deliveries: { delayed: number; lost: number; badSignature: number }
    /** How often each result code was given, by what became of the answer. Each call counts once. */
    byDelivery: Record<ResultCode, CodeCoverage> & { ORDER_NOT_EXIST?: CodeCoverage }
  }
  /** The gravest first. */
  verdicts: Verdict[]
  /** One for each payment that a rule with `expect` has answered, the missed ones first; then the rules that nobody tried. */
  expectations: ExpectationOutcome[]
}

/** How to wait for a request. */
export interface WaitOptions {
  /** How long at most, in milliseconds; 5000 unless given. */
  timeout?: number | undefined
  /** Which matching request to wait for, counted from 1; the first unless given. */
  count?: number | undefined
}

/** What a namespace can do: be set up, watched and judged. The same as the control API, without going over HTTP. */
export interface Sandbox {
  /** What callers put before the path of the API, such as `http://127.0.0.1:41234/ns/pr-42`. */
  readonly url: string
  /**
   * Puts a rule before all others. It is in force when the promise settles.
   * @returns its id
   * @throws RuleError that lists every mistake, also a name that is taken
   */
  addRule(rule: Rule): Promise<string>
  /**
   * Puts rules before all others, in their own order: all of them, or none where there are mistakes.
   * @returns their ids
   * @throws RuleError that lists every mistake
   */
  addRules(rules: readonly Rule[]): Promise<string[]>
  /** Removes a rule that was added, by its id or name. Tells whether there was one; rules of options and files stay. */
  removeRule(id: string): Promise<boolean>
  /** Removes all rules that were added. */
  removeRules(): Promise<void>
  /** All rules in the order in which they are tried: those added last, those of the options, those of the files. */
  rules(): Promise<RuleInForce[]>
  /** What the next such call would be given, and why. Counts nothing. */
  explain(call: Call): Promise<Explanation>
  /** The journal: what came in and went out, oldest first. It keeps `journalMax` calls, of at most 8 MiB. */
  requests(filter?: RequestFilter): Promise<JournalEntry[]>
  /** Empties the journal. */
  clearRequests(): Promise<void>
  /**
   * Waits until the journal has such a request, and gives it. One that came before counts too.
   * @throws Error when the time is over or the simulator is closed
   */
  waitForRequest(filter?: Omit<RequestFilter, 'limit'>, options?: WaitOptions): Promise<JournalEntry>
  /** Which results the caller was shown, and what it did wrong. `tooFast` is in milliseconds; 100 unless given. */
  report(options?: { tooFast?: number | undefined }): Promise<Report>
  /** What is remembered of a paymentRequestId; nothing for one that never came. */
  ledger(paymentRequestId: string): Promise<LedgerEntry | undefined>
  /** Forgets a paymentRequestId, so that its next call is the first one. Tells whether it was known. */
  forget(paymentRequestId: string): Promise<boolean>
  /** Forgets the rules that were added, hit counts, ledger and journal. Rules of options and files stay. */
  reset(): Promise<void>
}
