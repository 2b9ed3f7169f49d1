import { type Result, resultOf } from '../protocol/result.js'
import { isRemembered } from '../scenarios/compile.js'
import { drawDelay } from '../scenarios/delay.js'
import type { Rule, Step } from '../scenarios/rule.js'

/** How one call is answered: the result from ledger or step, the delivery always from the step. */
export interface Decision {
  /** Nothing where no rule matched. */
  rule: Rule | undefined
  attempt: number
  step: Step
  /** Nothing where the request counts as lost and no final result is known. */
  result: Result | undefined
  /** Whether the result was taken from the ledger. */
  replayed: boolean
}

export interface TimedDecision extends Decision {
  /** How long the reply takes, in milliseconds. */
  delayMs: number
  /** When the result that is replayed was given, in epoch seconds, where that is known. */
  finalAt: number | undefined
}

/** What answers where no rule matches: an MPP cancels a payment that it never saw. */
export const defaultRule: Rule = {
  id: '',
  definition: { name: 'default', reply: 'SUCCESS' },
  patterns: [],
  chance: 1,
  idempotent: true,
  steps: [
    {
      title: 'no rule matches',
      result: resultOf('SUCCESS'),
      lastAttempt: 1,
      delay: undefined,
      fault: undefined,
      httpStatus: 200,
      signature: undefined,
    },
  ],
}

/** The step that an attempt plays; the last step repeats. */
export function stepFor(rule: Rule, attempt: number): Step {
  let [step] = rule.steps
  for (const next of rule.steps) {
    step = next
    if (attempt <= step.lastAttempt) break
  }
  return step
}

/** What an attempt is given. `final` is what the ledger held before it. */
export function decide(matched: Rule | undefined, attempt: number, final: Result | undefined): Decision {
  const rule = matched ?? defaultRule
  const step = stepFor(rule, attempt)
  const replayed = final !== undefined && rule.idempotent
  return { rule: matched, attempt, step, result: replayed ? final : step.result, replayed }
}

/** The delay of the step, drawn for this one attempt of the id; in milliseconds. */
export function drawDelayOf(
  { rule = defaultRule, step, attempt }: Decision,
  paymentRequestId: string,
  seed: string,
): number {
  return step.delay === undefined ? 0 : drawDelay(step.delay, seed, rule.id, paymentRequestId, String(attempt))
}

/** The final result that an attempt leaves in the ledger, where there is none yet. */
export function finalOf(rule: Rule, attempt: number): Result | undefined {
  const step = stepFor(rule, attempt)
  return isRemembered(rule, step) ? step.result : undefined
}

/** What the ledger would hold before an attempt, had all earlier ones been answered by the same rule. */
export function finalBefore(matched: Rule | undefined, attempt: number): Result | undefined {
  const rule = matched ?? defaultRule
  let firstAttempt = 1
  for (const step of rule.steps) {
    if (firstAttempt >= attempt) return undefined
    if (isRemembered(rule, step)) return step.result
    firstAttempt = step.lastAttempt + 1
  }
  return undefined
}

/** Why the decision is as it is, in a few words. */
export function explainDecision({ step: { title }, replayed }: Decision): string {
  return replayed ? `${title}; the final result is replayed` : title
}
