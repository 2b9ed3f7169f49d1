import { isRemembered } from '../scenarios/compile.js'
import { drawDelay } from '../scenarios/delay.js'
import type { MatchValues, Rule } from '../scenarios/rule.js'
import { createRuleSet } from '../scenarios/rule-set.js'
import { type Decision, defaultRule, stepFor } from './decision.js'
import type { Store } from './store.js'

export interface Simulator {
  /** Decides one accepted call and remembers what was decided. */
  cancelPayment(call: MatchValues): Promise<Decision>
  /** Puts other rules in force, all at once. */
  replaceRules(rules: readonly Rule[]): void
  /** The rules in force, in the order in which they are tried. */
  rules(): readonly Rule[]
}

/** `seed` decides everything that is left to chance: the same seed, rule and id always end the same way. */
export function createSimulator(options: { rules: readonly Rule[]; store: Store; seed: string }): Simulator {
  const { store, seed } = options
  let ruleSet = createRuleSet(options.rules, seed)

  async function cancelPayment(call: MatchValues): Promise<Decision> {
    const matched = ruleSet.find(call)
    const rule = matched ?? defaultRule
    const { attempts: attempt, final } = await store.countAttempt(call.paymentRequestId)
    const step = stepFor(rule, attempt)
    const { delay } = step
    const delayMs = delay === undefined ? 0 : drawDelay(delay, seed, rule.id, call.paymentRequestId, String(attempt))
    const played = { rule: matched, attempt, step, delayMs }
    if (final !== undefined && rule.idempotent) return { ...played, result: final, replayed: true }
    if (step.result === undefined || !isRemembered(rule, step))
      return { ...played, result: step.result, replayed: false }
    const settled = await store.settle(call.paymentRequestId, step.result)
    return { ...played, result: settled.final, replayed: !settled.isNew }
  }

  return {
    cancelPayment,
    replaceRules(rules) {
      ruleSet = createRuleSet(rules, seed)
    },
    rules: () => ruleSet.rules,
  }
}
