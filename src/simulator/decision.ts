import { type Result, resultOf } from '../protocol/result.js'
import type { Rule, Step } from '../scenarios/rule.js'

/** How one call is answered: the result from ledger or step, the delivery always from the step. */
export interface Decision {
  /** Nothing where no rule matched. */
  rule: Rule | undefined
  attempt: number
  step: Step
  /** How long the reply takes, in milliseconds. */
  delayMs: number
  /** Nothing where the request counts as lost and no final result is known. */
  result: Result | undefined
  /** Whether the result was taken from the ledger. */
  replayed: boolean
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

/** Why the decision is as it is, in a few words. */
export function explainDecision({ rule, step, replayed }: Decision): string {
  const from = rule === undefined ? 'no rule matches' : `step ${rule.steps.indexOf(step) + 1} of ${rule.steps.length}`
  return replayed ? `${from}; the final result is replayed` : from
}
