import { dump } from 'js-yaml'
import type { RuleDefinition } from './types.js'

/** Rules as a scenario file. */
export function toYaml(rules: readonly RuleDefinition[]): string {
  return dump({ rules }, { lineWidth: 120, noRefs: true })
}

/** One rule as it stands in the list of a scenario file. */
export function ruleToYaml(rule: RuleDefinition): string {
  return dump([rule], { lineWidth: 100, noRefs: true }).trimEnd()
}
