import type { Miss, MissedField } from '../scenarios/explain.js'
import type { MatchValues } from '../scenarios/rule.js'
import type { PatternDefinition } from '../scenarios/schema.js'
import type { Explanation } from '../simulator/explain.js'

/** The number of near misses that are shown. */
const shownMisses = 3

/** An explanation for people. */
export function explanationText(explanation: Explanation, { paymentRequestId }: MatchValues): string {
  const { attempt, misses } = explanation
  const lines = [`Call ${attempt} for ${paymentRequestId} gets`, '', `  ${answerText(explanation)}`]
  lines.push(`  from ${explanation.rule ?? 'no rule'}: ${explanation.reason}`)
  const delivery = deliveryText(explanation)
  if (delivery !== '') lines.push(`  delivered with ${delivery}`)
  if (misses.length > 0) lines.push('', 'The rules before it do not match, near misses first:', '')
  lines.push(...misses.slice(0, shownMisses).map(missText))
  if (misses.length > shownMisses) lines.push(`  and ${misses.length - shownMisses} more`)
  return lines.join('\n')
}

function answerText({ result }: Explanation): string {
  if (result === undefined) return 'no result: the request is lost before it has an effect'
  return `${result.resultCode} (${result.resultStatus}) ${result.resultMessage}`
}

function deliveryText({ step: { definition } }: Explanation): string {
  const { delay, fault, httpStatus, signature } = definition
  return Object.entries({ delay, fault, httpStatus, signature })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
}

function missText({ rule, fields, chance }: Miss): string {
  const reasons = fields.map(fieldText)
  if (chance !== undefined) reasons.push(`this id drew ${chance.drawn.toFixed(4)}, its chance is ${chance.chance}`)
  return `  ${rule}\n    ${reasons.join('\n    ')}`
}

function fieldText({ field, pattern, value }: MissedField): string {
  return `${field} is ${value ?? 'absent'}, not ${patternText(pattern)}`
}

/** A pattern in words, such as `any of A*, B*`. */
function patternText(pattern: PatternDefinition): string {
  if (typeof pattern === 'string') return pattern
  return Array.isArray(pattern) ? `any of ${pattern.join(', ')}` : `anything but ${patternText(pattern.not)}`
}
