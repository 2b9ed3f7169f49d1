import { isFinal, type Result, resultOf } from '../protocol/result.js'
import { createChecker } from './checker.js'
import { compileDelay, type Delay, slowBodyDelay } from './delay.js'
import { compilePattern } from './pattern.js'
import type { Path } from './place.js'
import type { Problem } from './problem.js'
import { type FieldPattern, matchFields, type Rule, type Step } from './rule.js'
import {
  type DelayDefinition,
  type Fault,
  type PatternDefinition,
  patternSchema,
  type RuleDefinition,
  ruleSchema,
  type StepDefinition,
  stepSchema,
} from './schema.js'
import { isSoundRule } from './valid-rule.generated.js'

const definitionChecker = createChecker<RuleDefinition>(ruleSchema, isSoundRule)
const patternChecker = createChecker<PatternDefinition>(patternSchema)
const stepChecker = createChecker<StepDefinition>(stepSchema)

/** Checks and compiles one rule. Mistakes are added to `problems`, all of them; with any, there is no rule. */
export function compileRule(
  definition: unknown,
  idOf: (name: string) => string,
  problems: Problem[],
): Rule | undefined {
  if (!definitionChecker.accepts(definition)) {
    problems.push(...definitionChecker.problemsIn(definition))
    checkSoundParts(definition, problems)
    return undefined
  }
  const before = problems.length
  const patterns = compilePatterns(definition.match ?? {}, problems)
  const steps = compileSteps(definition.reply, problems)
  if (problems.length > before || !hasStep(steps)) return undefined
  const { chance = 1, idempotent = true } = definition
  return { id: idOf(definition.name), definition, patterns, chance, idempotent, steps }
}

/** In a rule whose outline is wrong, the parts that are well formed are still looked into, to report all mistakes. */
function checkSoundParts(definition: unknown, problems: Problem[]): void {
  const { match, reply } = { match: undefined, reply: undefined, ...(definition as object) }
  const patterns = Object.entries({ ...(match as object | undefined) }).filter(([, pattern]) =>
    patternChecker.accepts(pattern),
  )
  compilePatterns(Object.fromEntries(patterns), problems)
  for (const [index, step] of (Array.isArray(reply) ? reply : []).entries())
    if (stepChecker.accepts(step)) compileStep(step, ['reply', index], problems)
}

function compilePatterns(match: NonNullable<RuleDefinition['match']>, problems: Problem[]): FieldPattern[] {
  const report = (message: string, path: Path) => problems.push({ path: ['match', ...path], message })
  const fields = matchFields.filter((field) => match[field] !== undefined)
  return fields.map((field) => ({ field, pattern: compilePattern(match[field] as PatternDefinition, report, [field]) }))
}

function hasStep(steps: readonly Step[]): steps is Rule['steps'] {
  return steps.length > 0
}

/** Of replies that are a result code and nothing more, which most rules share. */
const plainSteps = new Map<string, readonly Step[]>()

function compileSteps(reply: RuleDefinition['reply'], problems: Problem[]): readonly Step[] {
  if (typeof reply !== 'string') return compileStepList(reply, problems)
  const steps = plainSteps.get(reply) ?? compileStepList(reply, problems)
  plainSteps.set(reply, steps)
  return steps
}

function compileStepList(reply: RuleDefinition['reply'], problems: Problem[]): Step[] {
  const isList = Array.isArray(reply)
  const definitions: readonly StepDefinition[] = isList ? reply : [reply]
  let lastAttempt = 0
  return definitions.map((definition, index) => {
    const step = compileStep(definition, isList ? ['reply', index] : ['reply'], problems)
    lastAttempt += step.lastAttempt
    return { ...step, title: `step ${index + 1} of ${definitions.length}`, lastAttempt }
  })
}

function compileStep(definition: StepDefinition, path: (string | number)[], problems: Problem[]): Omit<Step, 'title'> {
  if (typeof definition === 'string') return compileStep({ resultCode: definition }, path, problems)
  const { times = 1, fault, httpStatus = 200, signature } = definition
  const result = compileResult(definition, path, problems)
  const delay = definition.delay === undefined ? defaultDelay(fault) : tryDelay(definition.delay, path, problems)
  return { result, lastAttempt: times, delay, fault, httpStatus, signature }
}

type FullStep = Exclude<StepDefinition, string>

function compileResult(definition: FullStep, path: (string | number)[], problems: Problem[]): Result | undefined {
  const { resultCode, resultStatus, resultMessage } = definition
  if (resultCode === undefined) {
    if (resultStatus !== undefined || resultMessage !== undefined)
      problems.push({ path, message: 'a status or message needs a resultCode to go with' })
    return undefined
  }
  const result = resultOf(resultCode, resultMessage)
  if (resultStatus !== undefined && resultStatus !== result.resultStatus)
    problems.push({
      path: [...path, 'resultStatus'],
      message: `${resultCode} always has the status ${result.resultStatus}, not ${resultStatus}; leave it out`,
    })
  return result
}

function defaultDelay(fault: Fault | undefined): Delay | undefined {
  return fault === 'slow-body' ? slowBodyDelay : undefined
}

function tryDelay(definition: DelayDefinition, path: (string | number)[], problems: Problem[]): Delay | undefined {
  try {
    return compileDelay(definition)
  } catch (error) {
    problems.push({ path: [...path, 'delay'], message: (error as RangeError).message })
    return undefined
  }
}

/** A result that is kept for its paymentRequestId once it has been given. */
export function isRemembered(rule: Rule, step: Step): boolean {
  return rule.idempotent && step.result !== undefined && isFinal(step.result)
}
