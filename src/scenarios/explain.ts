import { drawChance } from './draw.js'
import { distanceTo } from './nearness.js'
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
 * reasons, the nearer, and among as many reasons the more alike the texts are.
 */
export function explainRules(
  rules: readonly Rule[],
  values: MatchValues,
  seed: string,
): { rule: Rule | undefined; misses: readonly Miss[] } {
  const misses: NearMiss[] = []
  for (const rule of rules) {
    const miss = missOf(rule, values, seed)
    if (miss === undefined) return { rule, misses: inOrder(misses) }
    misses.push({ miss, distance: distanceOf(rule, miss) })
  }
  return { rule: undefined, misses: inOrder(misses) }
}

interface NearMiss {
  miss: Miss
  /** Of all fields that did not match. */
  distance: number
}

function distanceOf({ patterns }: Rule, { fields }: Miss): number {
  let sum = 0
  for (const { field, pattern } of patterns) {
    const missed = fields.find((each) => each.field === field)
    if (missed !== undefined) sum += distanceTo(pattern, missed.value)
  }
  return sum
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
function inOrder(misses: NearMiss[]): Miss[] {
  return misses.sort((a, b) => reasonsOf(a.miss) - reasonsOf(b.miss) || a.distance - b.distance).map(({ miss }) => miss)
}

function reasonsOf({ fields, chance }: Miss): number {
  return fields.length + (chance === undefined ? 0 : 1)
}
