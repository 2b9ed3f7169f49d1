import { basename, extname } from 'node:path'
import { ajv, compileRule } from './compile.js'
import {
  DocumentError,
  type Node,
  offsetOf,
  type Path,
  type Position,
  parseDocument,
  plainValue,
  positionsIn,
} from './document.js'
import { lintRules } from './lint.js'
import { explainErrors, type Problem } from './problem.js'
import type { Rule } from './rule.js'
import { scenarioFileSchema } from './schema.js'

export interface SourceFile {
  path: string
  text: string
}

/** A mistake or a warning, with its place: line and column from 1. */
export interface Finding {
  file: string
  line: number
  column: number
  message: string
}

export interface Scenarios {
  files: readonly SourceFile[]
  rules: readonly Rule[]
  /** With any of these, the rules are not to be used. */
  errors: readonly Finding[]
  warnings: readonly Finding[]
}

/** `scenarios/20-retries.yaml:7:20 "SUCESS" is not a result code (did you mean SUCCESS?)` */
export function formatFinding({ file, line, column, message }: Finding): string {
  return `${file}:${line}:${column} ${message}`
}

/** A file that could be parsed. */
interface Source {
  path: string
  root: Node
  positionOf: (offset: number) => Position
}

/** Where a value stands. */
interface Place {
  source: Source
  path: Path
}

type PlacedRules = Map<string, { rule: Rule; place: Place }>

/** Checks scenario files and compiles their rules, in order. Reports every mistake of every file, not the first. */
export function checkScenarios(files: readonly SourceFile[]): Scenarios {
  const placed: PlacedRules = new Map()
  const errors = files.flatMap((file) => checkFile(file, placed).sort(byPlace))
  const rules = [...placed.values()].map(({ rule }) => rule)
  return { files, rules, errors, warnings: errors.length > 0 ? [] : warningsOf(rules, placed) }
}

function byPlace(a: Finding, b: Finding): number {
  return a.line - b.line || a.column - b.column
}

function warningsOf(rules: readonly Rule[], placed: PlacedRules): Finding[] {
  return lintRules(rules).flatMap(({ ruleId, ...problem }) => {
    const place = placed.get(ruleId)?.place
    return place === undefined ? [] : [findingAt(place, problem)]
  })
}

const numberKeys = new Set(['times', 'chance', 'httpStatus', 'sigma'])

function checkFile({ path, text }: SourceFile, placed: PlacedRules): Finding[] {
  const positionOf = positionsIn(text)
  try {
    const root = parseDocument(text, { json: extname(path) === '.json', numberKeys })
    return checkRoot({ path, root, positionOf }, placed)
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    return [{ file: path, ...positionOf(error.offset), message: error.message }]
  }
}

/** The outline of a file. Its rules are checked one by one, so that each mistake is told from its own rule alone. */
const outlineSchema = {
  ...scenarioFileSchema,
  properties: {
    ...scenarioFileSchema.properties,
    rules: { title: 'list of rules', description: '- name: ...', type: 'array' },
  },
}
export const isOutline = ajv.compile<{ rules: unknown[] }>(outlineSchema)

function checkRoot(source: Source, placed: PlacedRules): Finding[] {
  const value = plainValue(source.root)
  if (!isOutline(value))
    return explainErrors(isOutline.errors ?? []).map((problem) => findingAt({ source, path: [] }, problem))
  const idOf = (name: string) => `${basename(source.path, extname(source.path))}/${name}`
  return value.rules.flatMap((definition, index) => {
    const place = { source, path: ['rules', index] }
    return checkRule(definition, idOf, place, placed).map((problem) => findingAt(place, problem))
  })
}

function checkRule(definition: unknown, idOf: (name: string) => string, place: Place, placed: PlacedRules): Problem[] {
  const problems: Problem[] = []
  const rule = compileRule(definition, idOf, problems)
  if (rule === undefined) return problems
  const first = placed.get(rule.id)
  if (first === undefined) placed.set(rule.id, { rule, place })
  else problems.push({ path: ['name'], message: takenMessage(rule.id, first.place) })
  return problems
}

function takenMessage(id: string, first: Place): string {
  const { file, line } = findingAt(first, { path: ['name'], message: '' })
  return `the id "${id}" is taken by the rule at ${file}:${line}; each name must be unique`
}

function findingAt({ source, path }: Place, { path: inside, key, message }: Problem): Finding {
  const offset = offsetOf(source.root, [...path, ...inside], key)
  return { file: source.path, ...source.positionOf(offset), message }
}
