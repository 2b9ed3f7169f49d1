import { takesCall } from './match.js'
import type { MatchValues, Rule } from './rule.js'
import { indexRules } from './rule-index.js'

/** Rules in the order in which they are tried, indexed. */
export interface RuleSet {
  rules: readonly Rule[]
  /** The first rule that matches the call. */
  find: (values: MatchValues) => Rule | undefined
}

/** `seed`, rule and id together decide whether a rule with a `chance` takes a call. */
export function createRuleSet(rules: readonly Rule[], seed: string): RuleSet {
  const index = indexRules(rules)
  const takes = (rule: Rule, values: MatchValues) => takesCall(rule, values, seed)
  return { rules, find: (values) => rules[index.first(values, rules.length, takes, values)] }
}
