import type { AnyResultCode, RuleResultCode } from '../protocol/result.js'
import { isRemembered } from './compile.js'
import { type Expectation, readExpectation } from './expectation.js'
import { canArriveIntact } from './intact.js'
import type { Warning } from './mistake.js'
import type { Rule } from './rule.js'
import type { ExpectDefinition } from './schema.js'

/** What a rule expects that no caller can do. */
export function lintExpectation(rule: Rule): Warning[] {
  const { expect: definition } = rule.definition
  if (definition === undefined) return []
  const expectation = readExpectation(definition)
  const found = [lintLast(rule, expectation, definition), lintBackoff(expectation), lintWithin(expectation, definition)]
  return found.flatMap((warning) => (warning === undefined ? [] : [{ ...warning, ruleId: rule.id }]))
}

type UnplacedWarning = Omit<Warning, 'ruleId'> | undefined

function lintLast(rule: Rule, { attempts, last }: Expectation, definition: ExpectDefinition): UnplacedWarning {
  if (last === undefined) return undefined
  const first = firstIntact(rule, last)
  if (first === undefined)
    return { path: ['expect', 'last'], message: `this can never be met: no step delivers ${last} intact` }
  if (attempts === undefined || attempts.to >= first) return undefined
  const message = `with last: ${last} this can never be met: ${last} is delivered from attempt ${first} on, not within ${definition.attempts}`
  return { path: ['expect', 'attempts'], message }
}

/** The first attempt that is given a code in a reply that can be used. */
function firstIntact(rule: Rule, code: RuleResultCode): number | undefined {
  let final: AnyResultCode | undefined
  let first = 1
  for (const step of rule.steps) {
    const given = final ?? step.result?.resultCode
    if (given === code && canArriveIntact(step)) return first
    if (isRemembered(rule, step)) final = given
    first = step.lastAttempt + 1
  }
  return undefined
}

function lintBackoff({ attempts, backoff }: Expectation): UnplacedWarning {
  if (!backoff || attempts === undefined || attempts.to > 2) return undefined
  return { path: ['expect', 'backoff'], message: 'this can never be met: only from three attempts on can pauses grow' }
}

function lintWithin({ attempts, spacing, within }: Expectation, definition: ExpectDefinition): UnplacedWarning {
  if (attempts === undefined || spacing === undefined || within === undefined) return undefined
  const pauses = attempts.from - 1
  if (pauses * spacing.from <= within) return undefined
  const message = `this can never be met: ${attempts.from} attempts with spacing ${definition.spacing} take longer`
  return { path: ['expect', 'within'], message }
}
