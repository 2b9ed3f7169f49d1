import { isFinal, type Result, resultOf } from '../protocol/result.js'
import { createChecker } from './checker.js'
import { compileDelay, type Delay, slowBodyDelay } from './delay.js'
import { expectError } from './expect-error.js'
import { checkExpectation } from './expectation.js'
import type { Mistake } from './mistake.js'
import { compilePattern, knownValid, type Report } from './pattern.js'
import type { Path } from './place.js'
import { type FieldPattern, matchFields, type Rule, type Step } from './rule.js'
import {
  type DelayDefinition,
  type ExpectDefinition,
  expectSchema,
  type Fault,
  type PatternDefinition,
  patternSchema,
  type RuleDefinition,
  ruleSchema,
  type StepDefinition,
  stepSchema,
} from './schema.js'
import { isValidRule } from './valid-rule.generated.js'

const definitionChecker = createChecker<RuleDefinition>(ruleSchema, isValidRule)
const patternChecker = createChecker<PatternDefinition>(patternSchema)
const stepChecker = createChecker<StepDefinition>(stepSchema)
const expectChecker = createChecker<ExpectDefinition>(expectSchema)

/**
 * Checks and compiles one rule. Adds all mistakes to `mistakes`; returns no rule if there are any. Unless AMS is served,
 * codes that only its callers are told are mistakes.
 */
export function compileRule(
  definition: unknown,
  idOf: (name: string) => string,
  mistakes: Mistake[],
  isAmsServed = true,
): Rule | undefined {
  if (!definitionChecker.accepts(definition)) {
    for (const mistake of definitionChecker.mistakesIn(definition)) mistakes.push(mistake)
    checkValidParts(definition, mistakes)
    return undefined
  }
  const before = mistakes.length
  const patterns = compilePatterns(definition.match ?? {}, reportTo(mistakes))
  const steps = compileSteps(definition.reply, mistakes)
  if (!isAmsServed) checkCodes(definition.reply, mistakes)
  if (definition.expect !== undefined) for (const each of checkExpectation(definition.expect)) mistakes.push(each)
  if (mistakes.length > before || !hasStep(steps)) return undefined
  return toRule(idOf(definition.name), definition, patterns, steps)
}

/** Compiles a rule that is known to be valid. Its regular expressions are compiled when they are first needed. */
export function compileValidRule({ id, definition }: Pick<Rule, 'id' | 'definition'>): Rule {
  const patterns = compilePatterns(definition.match ?? {}, knownValid)
  return toRule(id, definition, patterns, compileSteps(definition.reply, []) as Rule['steps'])
}

function toRule(id: string, definition: RuleDefinition, patterns: Rule['patterns'], steps: Rule['steps']): Rule {
  const { chance = 1, idempotent = true } = definition
  return { id, definition, patterns, chance, idempotent, steps }
}

/** Even if a rule does not satisfy the schema, its well-formed parts are checked, to report all mistakes at once. */
function checkValidParts(definition: unknown, mistakes: Mistake[]): void {
  const all = { match: undefined, reply: undefined, expect: undefined, ...(definition as object) }
  const { match, reply, expect } = all
  const patterns = Object.entries({ ...(match as object | undefined) }).filter(([, pattern]) =>
    patternChecker.accepts(pattern),
  )
  compilePatterns(Object.fromEntries(patterns), reportTo(mistakes))
  for (const [index, step] of (Array.isArray(reply) ? reply : []).entries())
    if (stepChecker.accepts(step)) compileStep(step, ['reply', index], mistakes)
  if (expectChecker.accepts(expect)) for (const each of checkExpectation(expect)) mistakes.push(each)
}

function checkCodes(reply: RuleDefinition['reply'], mistakes: Mistake[]): void {
  const steps: readonly StepDefinition[] = Array.isArray(reply) ? reply : [reply]
  steps.forEach((step, index) => {
    const code = typeof step === 'string' ? step : step.resultCode
    if (code !== 'ORDER_NOT_EXIST') return
    const path: Path = [
      'reply',
      ...(Array.isArray(reply) ? [index] : []),
      ...(typeof step === 'string' ? [] : ['resultCode']),
    ]
    mistakes.push({ path, message: `${code} ${needsAms}` })
  })
}

const needsAms =
  'is a code of AMS, which acquirers call, and only the calls of Alipay+ to an MPP are served: take profile acqp or all'

function reportTo(mistakes: Mistake[]): Report {
  return (message, path) => mistakes.push({ path: ['match', ...path], message })
}

function compilePatterns(match: NonNullable<RuleDefinition['match']>, report: Report): FieldPattern[] {
  const fields = matchFields.filter((field) => match[field] !== undefined)
  return fields.map((field) => ({ field, pattern: compilePattern(match[field] as PatternDefinition, report, [field]) }))
}

function hasStep(steps: readonly Step[]): steps is Rule['steps'] {
  return steps.length > 0
}

/** Steps of replies that are just a result code. Most rules share them. */
const plainSteps = new Map<string, readonly Step[]>()

function compileSteps(reply: RuleDefinition['reply'], mistakes: Mistake[]): readonly Step[] {
  if (typeof reply !== 'string') return compileStepList(reply, mistakes)
  const steps = plainSteps.get(reply) ?? compileStepList(reply, mistakes)
  plainSteps.set(reply, steps)
  return steps
}

function compileStepList(reply: RuleDefinition['reply'], mistakes: Mistake[]): Step[] {
  const isList = Array.isArray(reply)
  const definitions: readonly StepDefinition[] = isList ? reply : [reply]
  let lastAttempt = 0
  return definitions.map((definition, index) => {
    const step = compileStep(definition, isList ? ['reply', index] : ['reply'], mistakes)
    lastAttempt += step.lastAttempt
    return { ...step, title: `step ${index + 1} of ${definitions.length}`, lastAttempt }
  })
}

function compileStep(definition: StepDefinition, path: (string | number)[], mistakes: Mistake[]): Omit<Step, 'title'> {
  if (typeof definition === 'string') return compileStep({ resultCode: definition }, path, mistakes)
  const { times = 1, fault, httpStatus = 200, signature } = definition
  const result = compileResult(definition, path, mistakes)
  const delay = definition.delay === undefined ? defaultDelay(fault) : tryDelay(definition.delay, path, mistakes)
  return { result, lastAttempt: times, delay, fault, httpStatus, signature }
}

type FullStep = Exclude<StepDefinition, string>

function compileResult(definition: FullStep, path: (string | number)[], mistakes: Mistake[]): Result | undefined {
  const { resultCode, resultStatus, resultMessage } = definition
  if (resultCode === undefined) {
    if (resultStatus !== undefined || resultMessage !== undefined)
      mistakes.push({ path, message: 'a status or message needs a resultCode to go with' })
    return undefined
  }
  const result = resultOf(resultCode, resultMessage)
  if (resultStatus !== undefined && resultStatus !== result.resultStatus)
    mistakes.push({
      path: [...path, 'resultStatus'],
      message: `${resultCode} always has the status ${result.resultStatus}, not ${resultStatus}; leave it out`,
    })
  return result
}

function defaultDelay(fault: Fault | undefined): Delay | undefined {
  return fault === 'slow-body' ? slowBodyDelay : undefined
}

function tryDelay(definition: DelayDefinition, path: (string | number)[], mistakes: Mistake[]): Delay | undefined {
  try {
    return compileDelay(definition)
  } catch (error) {
    mistakes.push({ path: [...path, 'delay'], message: expectError(error, RangeError).message })
    return undefined
  }
}

/** Whether the result of a step is remembered for its paymentRequestId. */
export function isRemembered(rule: Rule, step: Step): boolean {
  return rule.idempotent && step.result !== undefined && isFinal(step.result)
}
