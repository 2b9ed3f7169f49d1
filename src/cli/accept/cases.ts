import { type ClientProfile, clientProfiles } from '../../protocol/profile.js'
import { compileRule } from '../../scenarios/compile.js'
import { readExpectation } from '../../scenarios/expectation.js'
import { canArriveIntact } from '../../scenarios/intact.js'
import { loadScenarios } from '../../scenarios/load.js'
import type { Rule } from '../../scenarios/rule.js'
import { scaleRule } from '../../scenarios/scale.js'
import { acceptanceScenarios } from '../../server/shipped.js'

/** One thing that a caller is tried with. */
export interface Case {
  /** Such as `06`. */
  number: string
  title: string
  /** Whose callers it is for; all callers if undefined. */
  profile: ClientProfile | undefined
  rule: Rule
  /** How often the caller is run. */
  runs: number
}

/** The cases of the acceptance pack, with times `scale` times as long. */
export async function loadCases(scale: number): Promise<Case[]> {
  const { rules } = await loadScenarios([acceptanceScenarios])
  return rules.map(({ id, definition }) => {
    // A rule that was valid stays so.
    return toCase(compileRule(scaleRule(definition, scale), () => id, []) as Rule)
  })
}

/** The name of a rule is number and title: `06 no answer`. */
function toCase(rule: Rule): Case {
  const { name } = rule.definition
  const title = name.slice(3)
  const profile = clientProfiles.find((each) => title.endsWith(`(${each})`))
  return { number: name.slice(0, 2), title, profile, rule, runs: runsOf(rule) }
}

/** Whoever has been shown SUCCESS asks no more: further attempts take further runs. */
function runsOf({ steps: [first], definition: { expect } }: Rule): number {
  const isDone = first.result?.resultStatus === 'S' && canArriveIntact(first) && first.signature === undefined
  const attempts = expect && readExpectation(expect).attempts
  return isDone && attempts !== undefined ? attempts.from : 1
}
