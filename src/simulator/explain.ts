import type { Result } from '../protocol/result.js'
import { explainRules, type Miss } from '../scenarios/explain.js'
import type { MatchValues, Rule } from '../scenarios/rule.js'
import type { StepDefinition } from '../scenarios/schema.js'
import { decide, defaultRule, explainDecision, finalBefore } from './decision.js'
import type { LedgerEntry } from './store.js'

/** A step as its author wrote it. */
type FullStep = Partial<Exclude<StepDefinition, string>>

/** How a call would be answered, and why. */
export interface Explanation {
  /** The id of the rule that would answer; nothing where none matches. */
  rule: string | undefined
  attempt: number
  step: { number: number; of: number; definition: FullStep }
  /** Nothing where the request would count as lost before it had an effect. */
  result: Result | undefined
  replayed: boolean
  reason: string
  /** The rules before the one that answers, near misses first. */
  misses: readonly Miss[]
}

/** What the next call would be given. Changes nothing. `known` is what the ledger holds for its id. */
export function explainCall(
  rules: readonly Rule[],
  call: MatchValues,
  { seed, known }: { seed: string; known: Pick<LedgerEntry, 'attempts' | 'final'> },
): Explanation {
  const { rule, misses } = explainRules(rules, call, seed)
  return explanation(rule, misses, known.attempts + 1, known.final)
}

/** What the n-th call would be given if all calls before it had met the same rules. */
export function explainAttempt(
  rules: readonly Rule[],
  call: MatchValues,
  { seed, attempt }: { seed: string; attempt: number },
): Explanation {
  const { rule, misses } = explainRules(rules, call, seed)
  return explanation(rule, misses, attempt, finalBefore(rule, attempt))
}

function explanation(
  rule: Rule | undefined,
  misses: readonly Miss[],
  attempt: number,
  final: Result | undefined,
): Explanation {
  const decision = decide(rule, attempt, final)
  const { step, result, replayed } = decision
  const { steps, definition } = rule ?? defaultRule
  const index = steps.indexOf(step)
  return {
    rule: rule?.id,
    attempt,
    step: { number: index + 1, of: steps.length, definition: stepDefinition(definition.reply, index) },
    result,
    replayed,
    reason: explainDecision(decision),
    misses,
  }
}

function stepDefinition(reply: Rule['definition']['reply'], index: number): FullStep {
  const steps: readonly StepDefinition[] = Array.isArray(reply) ? reply : [reply]
  const step = steps[index]
  return typeof step === 'string' ? { resultCode: step } : { ...step }
}

/** An explanation as JSON, in which what is absent is null. */
export function viewExplanation(explanation: Explanation) {
  const { rule, attempt, step, result, replayed, reason, misses } = explanation
  return {
    rule: rule ?? null,
    attempt,
    step,
    result: result ?? null,
    replayed,
    reason,
    misses: misses.map(({ rule, fields, chance }) => ({
      rule,
      fields: fields.map(({ field, pattern, value }) => ({ field, pattern, value: value ?? null })),
      chance: chance ?? null,
    })),
  }
}
