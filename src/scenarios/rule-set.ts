import { takesCall } from './match.js'
import type { MatchValues, Rule } from './rule.js'
import { indexRules } from './rule-index.js'

/** Rules in the order in which they are tried, ready to answer for any number of calls. */
export interface RuleSet {
  rules: readonly Rule[]
  /** The first rule that takes the call. */
  find: (values: MatchValues) => Rule | undefined
}

/** `seed` decides, with the rule and the id, on which side of a `chance` a call falls. */
export function createRuleSet(rules: readonly Rule[], seed: string): RuleSet {
  const index = indexRules(rules)
  const takes = (rule: Rule, values: MatchValues) => takesCall(rule, values, seed)
  return { rules, find: (values) => rules[index.first(values, rules.length, takes, values)] }
}
