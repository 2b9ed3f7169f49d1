import { countInstructions } from '../scenarios/pattern.js'
import type { Rule } from '../scenarios/rule.js'
import type { RuleDefinition } from '../scenarios/schema.js'

/** How many runtime rules a namespace may have. */
export const maxRuntimeRules = 10_000

/** How many bytes they may take, roughly. */
const maxRuntimeBytes = 32 * 1024 * 1024

/** How many instructions their regular expressions may have together: a call may have to try them all. */
const maxRuntimeInstructions = 100_000

/** What a value takes beside its text: as it was written, compiled, and in the index. */
const bytesOfValue = 256

const known = new WeakMap<RuleDefinition, number>()

/** How many bytes a rule takes, roughly. */
export function bytesOf(definition: RuleDefinition): number {
  const bytes = known.get(definition) ?? weigh(definition)
  known.set(definition, bytes)
  return bytes
}

function weigh(value: unknown): number {
  if (typeof value === 'string') return bytesOfValue + 2 * value.length
  if (typeof value !== 'object' || value === null) return bytesOfValue
  return Object.values(value).reduce((bytes, each) => bytes + weigh(each), bytesOfValue)
}

/** Why runtime rules are too many for one namespace, or too large; nothing where they are not. */
export function tooMuch(rules: readonly Rule[]): string | undefined {
  if (rules.length > maxRuntimeRules)
    return `${maxRuntimeRules} runtime rules are the most; these would be ${rules.length}`
  let [bytes, instructions] = [0, 0]
  for (const { definition, patterns } of rules) {
    bytes += bytesOf(definition)
    for (const { pattern } of patterns) instructions += countInstructions(pattern)
  }
  if (bytes > maxRuntimeBytes)
    return `the runtime rules of a namespace may take ${mebibytes(maxRuntimeBytes)} MiB; these would take ${mebibytes(bytes)}`
  if (instructions > maxRuntimeInstructions)
    return `the regular expressions of runtime rules may take ${maxRuntimeInstructions} instructions; these would take ${instructions}`
  return undefined
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024)
}
