import { basename, extname } from 'node:path'
import { createChecker } from './checker.js'
import { compileRule } from './compile.js'
import { DocumentError } from './document.js'
import { expectError } from './expect-error.js'
import { type Finding, findingAt, type Place } from './finding.js'
import { lintRules } from './lint.js'
import { firstMistakes, type Mistake, maxMistakes } from './mistake.js'
import { positionsIn } from './place.js'
import type { Rule } from './rule.js'
import { outlineSchema, ruleSchema } from './schema.js'
import { parseSource, type Source, type SourceFile } from './source.js'
import { isValidOutline } from './valid-rule.generated.js'

export interface Scenarios {
  files: readonly SourceFile[]
  rules: readonly Rule[]
  /** With any of these, the rules are not to be used. */
  errors: readonly Finding[]
  /** Finds warnings, rule by rule; none where there are errors. It takes as long as compiling the rules. */
  lint: () => Generator<readonly Finding[]>
}

/** All warnings at once. */
export function warningsIn({ lint }: Pick<Scenarios, 'lint'>): Finding[] {
  return [...lint()].flat()
}

/** A rule and its place. An invalid rule still reserves its name, but has no compiled rule. */
interface PlacedRule {
  rule: Rule | undefined
  source: Source
  index: number
}

/** By rule id. */
type PlacedRules = Map<string, PlacedRule>

/** Checks scenario files and compiles their rules, in order. Reports every mistake of every file, not the first. */
export function checkScenarios(files: readonly SourceFile[], isAmsServed = true): Scenarios {
  const placed: PlacedRules = new Map()
  const found: Finding[] = []
  for (const file of files) {
    if (found.length > maxMistakes) break
    for (const each of checkFile(file, keysOfNumbers, (source) => checkRoot(source, placed, isAmsServed)))
      found.push(each)
  }
  const errors = firstMistakes(found, (last, message) => ({ ...last, message }))
  const rules: Rule[] = []
  for (const { rule } of placed.values()) if (rule !== undefined) rules.push(rule)
  return { files, rules, errors, lint: () => lintPlaced(errors.length > 0 ? [] : rules, placed) }
}

function byPlace(a: Finding, b: Finding): number {
  return a.line - b.line || a.column - b.column
}

function* lintPlaced(rules: readonly Rule[], placed: PlacedRules): Generator<readonly Finding[]> {
  for (const warnings of lintRules(rules))
    yield warnings.map(({ ruleId, ...mistake }) => ({
      ...findingAt(placeOf(placed.get(ruleId) as PlacedRule), mistake),
      rule: ruleId,
    }))
}

/** The keys whose values are numbers. */
const keysOfNumbers = new Set(['times', 'chance', 'httpStatus', 'sigma'])

/** What `check` finds in a file, sorted by place, or the one finding that the file cannot be parsed. */
export function checkFile(
  file: SourceFile,
  numberKeys: ReadonlySet<string>,
  check: (source: Source) => Finding[],
): Finding[] {
  try {
    return check(parseSource(file, numberKeys)).sort(byPlace)
  } catch (error) {
    const { offset, message } = expectError(error, DocumentError)
    return [{ file: file.path, ...positionsIn(file.text)(offset), message }]
  }
}

/** Checks a file except its rules, which are checked one by one. */
export const outlineChecker = createChecker<{ rules: unknown[] }>(outlineSchema, isValidOutline)

function checkRoot(source: Source, placed: PlacedRules, isAmsServed: boolean): Finding[] {
  const { value } = source
  if (!outlineChecker.accepts(value))
    return outlineChecker.mistakesIn(value).map((mistake) => findingAt({ source, path: [] }, mistake))
  const prefix = `${basename(source.path, extname(source.path))}/`
  const idOf = (name: string) => prefix + name
  const findings: Finding[] = []
  for (const [index, definition] of value.rules.entries()) {
    if (findings.length > maxMistakes) break
    const own: PlacedRule = { rule: undefined, source, index }
    const mistakes: Mistake[] = []
    own.rule = compileRule(definition, idOf, mistakes, isAmsServed)
    checkId(own.rule?.id ?? idOfInvalid(definition, idOf), own, placed, mistakes)
    for (const mistake of mistakes) findings.push(findingAt(placeOf(own), mistake))
  }
  return findings
}

function placeOf({ source, index }: PlacedRule): Place {
  return { source, path: ['rules', index] }
}

/** Puts a rule in its place, where its id is not taken. */
function checkId(id: string | undefined, own: PlacedRule, placed: PlacedRules, mistakes: Mistake[]): void {
  if (id === undefined) return
  const first = placed.get(id)
  if (first === undefined) placed.set(id, own)
  else mistakes.push({ path: ['name'], message: takenMessage(id, placeOf(first)) })
}

const maxNameLength = ruleSchema.properties.name.maxLength

function idOfInvalid(definition: unknown, idOf: (name: string) => string): string | undefined {
  const { name }: { name?: unknown } = { ...(definition as object) }
  return typeof name === 'string' && name.length <= maxNameLength ? idOf(name) : undefined
}

function takenMessage(id: string, first: Place): string {
  const { file, line } = findingAt(first, { path: ['name'], message: '' })
  return `the id "${id}" is taken by the rule at ${file}:${line}; each name must be unique`
}
