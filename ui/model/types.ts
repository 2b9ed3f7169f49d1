/** What the control API sends. Fields with a question mark come only from servers that know them. */

export type ResultStatus = 'S' | 'F' | 'U'

export interface Result {
  resultCode: string
  resultStatus: ResultStatus
  resultMessage: string
}

/** A journal entry: a call and its answer. */
export interface Call {
  id: number
  at: string
  namespace: string | null
  clientId: string | null
  /** Who calls: mpp, acqp or ams. */
  profile?: string | null
  method: string
  path: string
  headers: Record<string, string>
  body: string | null
  acquirerId: string | null
  pspId: string | null
  paymentRequestId: string | null
  paymentId?: string | null
  rule: string | null
  attempt: number | null
  replayed: boolean
  result: Result
  httpStatus: number
  fault: string | null
  signature: string | null
  delayMs: number
  callerLeft: boolean
  /** For how long the caller is known to have waited without the answer, in milliseconds. */
  heldMs?: number | null
  reason: string
  durationMs: number
}

export interface Journal {
  total: number
  evicted: number
  requests: Call[]
}

export type PatternText = string | string[] | { not: string | string[] }

export interface StepFields {
  resultCode?: string
  resultMessage?: string
  times?: number
  delay?: string | { median: string; sigma: number }
  fault?: string
  httpStatus?: number
  signature?: string
}

export type StepDefinition = string | StepFields

export interface RuleDefinition {
  name: string
  match?: Record<string, PatternText>
  chance?: number
  idempotent?: boolean
  reply: StepDefinition | StepDefinition[]
  expect?: ExpectFields
}

/** What a correct caller does. */
export interface ExpectFields {
  attempts?: number | string
  last?: string
  spacing?: string
  backoff?: boolean
  within?: string
}

export interface RuleRow {
  id: string
  hits: number
  runtime: boolean
  lastCall: { id: number; at: string } | null
  rule: RuleDefinition
}

/** A mistake or a warning of a scenario file. */
export interface Finding {
  file: string
  line: number
  column: number
  message: string
  /** The rule that it is about, where there is one. */
  rule: string | null
}

export interface Rules {
  total: number
  matching: number
  rules: RuleRow[]
  mistakes: Finding[]
  warnings: Finding[]
}

export interface Mistake {
  detail: string
  pointer?: string
  parameter?: string
}

/** Which of the calls in the journal a rule would have taken. */
export interface Preview {
  calls: number
  taken: number
  requests: { id: number; paymentRequestId: string | null; rule: string | null }[]
}

export interface Deliveries {
  resultStatus: ResultStatus
  plain: number
  delayed: number
  lost: number
  badSignature: number
}

export interface Verdict {
  verdict: string
  paymentRequestId: string
  message: string
  entries: number[]
  unsure: boolean
}

export interface Expectation {
  rule: string
  state: 'met' | 'missed' | 'not-tried'
  paymentRequestId?: string | null
  entries?: number[]
  message?: string
  unsure?: boolean
}

export interface Report {
  calls: number
  evicted: number
  unsure: boolean
  coverage: { missing: string[]; byDelivery: Record<string, Deliveries> }
  verdicts: Verdict[]
  expectations?: Expectation[]
}

export interface LedgerEntry {
  paymentRequestId: string
  attempts: number
  final: Result | null
}

export interface Miss {
  rule: string
  fields: { field: string; pattern: PatternText; value: string | null }[]
  chance: { chance: number; drawn: number } | null
}

export interface Explanation {
  rule: string | null
  attempt: number
  step: { number: number; of: number; definition: StepFields }
  result: Result | null
  replayed: boolean
  reason: string
  misses: Miss[]
}

export interface Namespaces {
  namespaces: { name: string }[]
}
