import type { PatternText, RuleDefinition, StepDefinition, StepFields } from './types.js'

/** A rule while somebody writes it: every field is text. */
export interface Draft {
  name: string
  match: Record<MatchField, string>
  steps: readonly DraftStep[]
  chance: string
  /** What the form has no field for, and keeps as it is. */
  kept: Pick<RuleDefinition, 'idempotent' | 'expect'>
}

export const matchFields = ['paymentRequestId', 'paymentId', 'acquirerId', 'pspId', 'clientId'] as const
export type MatchField = (typeof matchFields)[number]

export interface DraftStep {
  resultCode: string
  resultMessage: string
  times: string
  delay: string
  fault: string
  httpStatus: string
  signature: string
}

export const faults = [
  'connection-reset',
  'empty-reply',
  'no-reply',
  'malformed-json',
  'missing-status',
  'truncated-body',
  'slow-body',
] as const

export const emptyStep: DraftStep = {
  resultCode: 'SUCCESS',
  resultMessage: '',
  times: '',
  delay: '',
  fault: '',
  httpStatus: '',
  signature: '',
}

const emptyMatch = { paymentRequestId: '', paymentId: '', acquirerId: '', pspId: '', clientId: '' }

export const emptyDraft: Draft = { name: '', match: emptyMatch, steps: [emptyStep], chance: '', kept: {} }

/** A draft to go on from. What the form has no field for stays in the rule. */
export function draftOf(rule: RuleDefinition): Draft {
  const match = { ...emptyMatch }
  for (const field of matchFields) match[field] = patternText(rule.match?.[field])
  const steps = Array.isArray(rule.reply) ? rule.reply : [rule.reply]
  const { name, idempotent, expect } = rule
  const kept = { ...(idempotent !== undefined && { idempotent }), ...(expect !== undefined && { expect }) }
  return { name, match, steps: steps.map(draftStepOf), chance: textOf(rule.chance), kept }
}

/** Several patterns stand in a list with commas; `not` before them turns them round. */
function patternText(pattern: PatternText | undefined): string {
  if (pattern === undefined) return ''
  if (typeof pattern === 'string') return pattern
  return Array.isArray(pattern) ? pattern.join(', ') : `not ${patternText(pattern.not)}`
}

function draftStepOf(step: StepDefinition): DraftStep {
  const fields: StepFields = typeof step === 'string' ? { resultCode: step } : step
  return {
    resultCode: textOf(fields.resultCode),
    resultMessage: textOf(fields.resultMessage),
    times: textOf(fields.times),
    delay: delayText(fields.delay),
    fault: textOf(fields.fault),
    httpStatus: textOf(fields.httpStatus),
    signature: textOf(fields.signature),
  }
}

function textOf(value: string | number | undefined): string {
  return value === undefined ? '' : String(value)
}

function delayText(delay: StepFields['delay']): string {
  return typeof delay === 'object' ? `median ${delay.median} sigma ${delay.sigma}` : textOf(delay)
}

/** The rule that the draft means. Whether it is one, the server says. */
export function ruleOf({ name, match, steps, chance, kept }: Draft): RuleDefinition {
  const patterns = matchFields.flatMap((field) => {
    const pattern = patternOf(match[field].trim())
    return pattern === undefined ? [] : [[field, pattern] as const]
  })
  const [first = 'SUCCESS', ...others] = steps.map(stepOf)
  return {
    name: name.trim(),
    ...(patterns.length > 0 && { match: Object.fromEntries(patterns) }),
    ...(chance.trim() !== '' && { chance: Number(chance) }),
    reply: others.length === 0 ? first : [first, ...others],
    ...kept,
  }
}

function patternOf(text: string): PatternText | undefined {
  if (text === '') return undefined
  const [, negated] = /^not\s+(.+)$/s.exec(text) ?? []
  return negated === undefined ? listOf(text) : { not: listOf(negated) }
}

/** A comma inside of a regular expression is part of it. */
function listOf(text: string): string | string[] {
  if (text.startsWith('/')) return text
  const [first = '', ...others] = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return others.length === 0 ? first : [first, ...others]
}

function stepOf(draft: DraftStep): StepDefinition {
  const { resultCode, resultMessage, times, delay, fault, httpStatus, signature } = draft
  const others: StepFields = {
    ...(resultMessage !== '' && { resultMessage }),
    ...(times.trim() !== '' && { times: Number(times) }),
    ...(delay.trim() !== '' && { delay: delayOf(delay.trim()) }),
    ...(fault !== '' && { fault }),
    ...(httpStatus.trim() !== '' && { httpStatus: Number(httpStatus) }),
    ...(signature !== '' && { signature }),
  }
  if (resultCode.trim() === '') return others
  return Object.keys(others).length === 0 ? resultCode.trim() : { resultCode: resultCode.trim(), ...others }
}

function delayOf(text: string): string | { median: string; sigma: number } {
  const [, median, sigma] = /^median (\S+) sigma (\S+)$/.exec(text) ?? []
  return median === undefined ? text : { median, sigma: Number(sigma) }
}
