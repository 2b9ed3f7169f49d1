import { isFinal } from '../../protocol/result.js'
import { compileRule } from '../../scenarios/compile.js'
import { readExpectation } from '../../scenarios/expectation.js'
import { canArriveIntact } from '../../scenarios/intact.js'
import { loadScenarios } from '../../scenarios/load.js'
import type { Rule } from '../../scenarios/rule.js'
import { scaleRule } from '../../scenarios/scale.js'
import { ScenarioError } from '../../server/reloading-scenarios.js'
import { acceptanceScenarios } from '../../server/shipped.js'

export const callerProfiles = ['mpp', 'acqp'] as const
export type CallerProfile = (typeof callerProfiles)[number]

/** One thing that a caller is tried with. */
export interface Case {
  /** Such as `06`. */
  number: string
  title: string
  /** Whose callers it is for; all callers if undefined. */
  profile: CallerProfile | undefined
  rule: Rule
  /** How often the caller is run. */
  runs: number
}

/** The cases of the acceptance pack, with times `scale` times as long. */
export async function loadCases(scale: number): Promise<Case[]> {
  const { rules, errors } = await loadScenarios([acceptanceScenarios])
  if (errors.length > 0) throw new ScenarioError(errors)
  return rules.flatMap((rule) => {
    const scaled = compileRule(scaleRule(rule.definition, scale), () => rule.id, [])
    return scaled === undefined ? [] : [toCase(scaled)]
  })
}

function toCase(rule: Rule): Case {
  const [number = '', ...words] = rule.definition.name.split(' ')
  const title = words.join(' ')
  const profile = callerProfiles.find((each) => title.endsWith(`(${each})`))
  return { number, title, profile, rule, runs: runsOf(rule) }
}

/** Whoever has been shown SUCCESS asks no more: further attempts take further runs. */
function runsOf({ steps: [first], definition: { expect = {} } }: Rule): number {
  const { result } = first
  const isDone = result !== undefined && isFinal(result) && result.resultStatus === 'S' && canArriveIntact(first)
  return isDone && first.signature === undefined ? (readExpectation(expect).attempts?.from ?? 1) : 1
}
