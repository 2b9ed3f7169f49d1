import { compileRule } from '../scenarios/compile.js'
import { firstMistakes, type Mistake, maxMistakes } from '../scenarios/mistake.js'
import type { Rule } from '../scenarios/rule.js'
import { indexRules } from '../scenarios/rule-index.js'
import { createRuleSet, type RuleSet } from '../scenarios/rule-set.js'
import type { RuleDefinition } from '../scenarios/schema.js'

const idOf = (name: string) => `runtime/${name}`

/** The name in the id of a runtime rule; nothing for the id of a rule that stands in a file. */
export function runtimeName(id: string): string | undefined {
  return id.startsWith('runtime/') ? id.slice('runtime/'.length) : undefined
}

/**
 * Checks rules that came in a call, and compiles them. Each mistake has the place of its rule before its own path. With
 * any, the rules are not to be used.
 */
export function checkRules(
  definitions: readonly unknown[],
  pathOf: (index: number) => Mistake['path'],
  isAmsServed: boolean,
): { rules: readonly Rule[]; mistakes: readonly Mistake[] } {
  const rules: Rule[] = []
  const mistakes: Mistake[] = []
  for (const [index, definition] of definitions.entries()) {
    const own: Mistake[] = []
    const rule = compileRule(definition, idOf, own, isAmsServed)
    if (rule !== undefined) rules.push(rule)
    for (const mistake of own) mistakes.push({ ...mistake, path: [...pathOf(index), ...mistake.path] })
    if (mistakes.length > maxMistakes) break
  }
  // What cannot be indexed must not be accepted, as each call would fail on it.
  if (mistakes.length === 0) indexRules(rules)
  return { rules, mistakes: firstMistakes(mistakes, (_last, message) => ({ path: [], message })) }
}

/** Compiles valid rules, each only once, and indexes them when they are first asked for after a change. */
export function createRuntimeRules(seed: string): (definitions: readonly RuleDefinition[]) => RuleSet {
  const compiled = new WeakMap<RuleDefinition, Rule>()
  let current: readonly RuleDefinition[] = []
  let ruleSet = createRuleSet([], seed)

  function compile(definition: RuleDefinition): Rule[] {
    const known = compiled.get(definition) ?? compileRule(definition, idOf, [])
    if (known === undefined) return []
    compiled.set(definition, known)
    return [known]
  }

  return (definitions) => {
    if (definitions === current) return ruleSet
    ruleSet = createRuleSet(definitions.flatMap(compile), seed)
    current = definitions
    return ruleSet
  }
}
