import type { Result } from '../protocol/result.js'
import type { Delay } from './delay.js'
import type { Pattern } from './pattern.js'
import type { Fault, RuleDefinition, SignatureFlaw } from './schema.js'

/** The fields that a rule can match on, the most telling first. */
export const matchFields = ['paymentRequestId', 'paymentId', 'acquirerId', 'pspId', 'clientId'] as const
export type MatchField = (typeof matchFields)[number]

/** What rules are matched against. */
export interface MatchValues {
  readonly acquirerId: string
  readonly pspId: string
  /** The id that attempts are counted by: of acquirers that name no paymentRequestId, the paymentId. */
  readonly paymentRequestId: string
  /** Only acquirers name one. */
  readonly paymentId?: string | undefined
  /** The Client-Id header, where one came. */
  readonly clientId: string | undefined
}

export interface FieldPattern {
  field: MatchField
  pattern: Pattern
}

export interface Step {
  /** Which of its rule's steps it is, in words: `step 1 of 2`. */
  title: string
  /** Nothing where the request counts as lost before it had an effect. */
  result: Result | undefined
  /** The last attempt that plays this step; the last step of a rule plays all further ones too. */
  lastAttempt: number
  delay: Delay | undefined
  fault: Fault | undefined
  httpStatus: number
  signature: SignatureFlaw | undefined
}

/** A rule made ready: patterns compiled, steps counted. */
export interface Rule {
  /** `<file name without extension>/<name>` */
  id: string
  definition: RuleDefinition
  patterns: readonly FieldPattern[]
  chance: number
  idempotent: boolean
  steps: readonly [Step, ...Step[]]
}
