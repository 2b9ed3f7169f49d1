import { compileRule } from '../scenarios/compile.js'
import { formatFinding } from '../scenarios/finding.js'
import { loadScenarios } from '../scenarios/load.js'
import type { Mistake } from '../scenarios/mistake.js'
import type { Rule } from '../scenarios/rule.js'
import { RuleError } from './rule-error.js'

/**
 * Rules given by a program, followed by those of scenario files.
 * @throws RuleError that lists every mistake in all of them
 */
export async function readGivenRules(
  definitions: readonly unknown[],
  paths: readonly string[],
  isAmsServed: boolean,
): Promise<Rule[]> {
  const problems: Mistake[] = []
  const given = new Map<string, Rule>()
  for (const [index, definition] of definitions.entries()) {
    const own: Mistake[] = []
    const rule = compileRule(definition, (name) => `options/${name}`, own, isAmsServed)
    if (rule !== undefined && given.has(rule.id))
      own.push({ path: ['name'], message: `"${rule.definition.name}" is taken; each name must be unique` })
    if (rule !== undefined) given.set(rule.id, rule)
    for (const problem of own) problems.push({ ...problem, path: ['rules', index, ...problem.path] })
  }
  const { rules, errors } = await loadScenarios(paths, isAmsServed)
  const mistakes = [...problems.map(mistakeText), ...errors.map(formatFinding)]
  if (mistakes.length > 0) throw new RuleError(mistakes)
  return [...given.values(), ...rules]
}

/** `rules[0].reply[1] "SUCESS" is not a result code (did you mean SUCCESS?)` */
export function mistakeText({ path, message }: Mistake): string {
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
  return `${place} ${message}`.replace(/^[. ]/, '')
}
