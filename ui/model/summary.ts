import type { ExpectFields, PatternText, RuleDefinition, StepDefinition } from './types.js'

/** Which calls a rule takes, on one line. */
export function matchSummary({ match, chance }: RuleDefinition): string {
  const fields = Object.entries(match ?? {}).map(([field, pattern]) => `${field} ${patternSummary(pattern)}`)
  const which = fields.length === 0 ? 'every call' : fields.join(' and ')
  return chance === undefined || chance === 1 ? which : `${which}, ${Number((chance * 100).toFixed(4))} % of ids`
}

export function patternSummary(pattern: PatternText): string {
  if (typeof pattern === 'string') return pattern
  if (Array.isArray(pattern)) return pattern.join(' or ')
  return `not ${patternSummary(pattern.not)}`
}

/** What a rule answers, step by step. */
export function replySummary({ reply }: RuleDefinition): string[] {
  return (Array.isArray(reply) ? reply : [reply]).map(stepSummary)
}

function stepSummary(step: StepDefinition): string {
  if (typeof step === 'string') return step
  const { resultCode, times, delay, fault, httpStatus, signature } = step
  const extras = [
    times === undefined ? [] : `${times} times`,
    delay === undefined ? [] : delaySummary(delay),
    fault ?? [],
    httpStatus === undefined ? [] : `HTTP ${httpStatus}`,
    signature === undefined ? [] : `signature ${signature}`,
  ].flat()
  const what = resultCode ?? 'no result'
  return extras.length === 0 ? what : `${what} (${extras.join(', ')})`
}

function delaySummary(delay: string | { median: string; sigma: number }): string {
  return typeof delay === 'string' ? `after ${delay}` : `after about ${delay.median}`
}

/** What a rule expects of the caller. */
export function expectSummary({ attempts, last, spacing, backoff, within }: ExpectFields): string {
  const parts = [
    attempts === undefined ? [] : `${attempts} ${String(attempts) === '1' ? 'attempt' : 'attempts'}`,
    last === undefined ? [] : `${last} last`,
    spacing === undefined ? [] : `${spacing} apart`,
    backoff ? 'pauses that grow' : [],
    within === undefined ? [] : `within ${within}`,
  ]
  return parts.flat().join('; ')
}
