import { drawChance } from './draw.js'
import { matchesPattern } from './pattern.js'
import type { MatchField, MatchValues, Rule } from './rule.js'
import type { PatternDefinition } from './schema.js'

/** A field that did not match, with its pattern and value. */
export interface MissedField {
  field: MatchField
  pattern: PatternDefinition
  value: string | undefined
}

/** Why a rule did not match a call. */
export interface Miss {
  rule: string
  /** Empty if only chance decided against the rule. */
  fields: readonly MissedField[]
  /** The rule's chance and the number that this id drew, if that was too high. */
  chance: { chance: number; drawn: number } | undefined
}

/**
 * Finds the rule that matches the call, and why each rule before it does not. Near misses come first: the fewer
 * reasons, the nearer.
 */
export function explainRules(
  rules: readonly Rule[],
  values: MatchValues,
  seed: string,
): { rule: Rule | undefined; misses: readonly Miss[] } {
  const misses: Miss[] = []
  for (const rule of rules) {
    const miss = missOf(rule, values, seed)
    if (miss === undefined) return { rule, misses: misses.sort(byNearness) }
    misses.push(miss)
  }
  return { rule: undefined, misses: misses.sort(byNearness) }
}

function missOf(rule: Rule, values: MatchValues, seed: string): Miss | undefined {
  const fields = rule.patterns.flatMap(({ field, pattern }): MissedField[] => {
    const definition = rule.definition.match?.[field]
    if (definition === undefined || matchesPattern(pattern, values[field])) return []
    return [{ field, pattern: definition, value: values[field] }]
  })
  const chance = chanceMiss(rule, values, seed)
  return fields.length === 0 && chance === undefined ? undefined : { rule: rule.id, fields, chance }
}

function chanceMiss({ id, chance }: Rule, { paymentRequestId }: MatchValues, seed: string): Miss['chance'] {
  if (chance === 1) return undefined
  const drawn = drawChance(seed, id, paymentRequestId)
  return drawn < chance ? undefined : { chance, drawn }
}

/** The sort is stable, so that equally near rules stay in their order. */
function byNearness(a: Miss, b: Miss): number {
  return reasonsOf(a) - reasonsOf(b)
}

function reasonsOf({ fields, chance }: Miss): number {
  return fields.length + (chance === undefined ? 0 : 1)
}
