import { drawChance } from './draw.js'
import { matchesPattern } from './pattern.js'
import type { MatchValues, Rule } from './rule.js'

/** Whether a rule matches a call: all its patterns do, and chance decides for it. */
export function takesCall(rule: Rule, values: MatchValues, seed: string): boolean {
  for (const { field, pattern } of rule.patterns) if (!matchesPattern(pattern, values[field])) return false
  return rule.chance === 1 || drawChance(seed, rule.id, values.paymentRequestId) < rule.chance
}
