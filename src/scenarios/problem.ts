import type { ErrorObject } from 'ajv'
import { closest, distance as editDistance } from 'fastest-levenshtein'
import type { Path } from './document.js'

/** A mistake in a rule: where in it, and what was expected. `key` names the key that the mistake is about. */
export interface Problem {
  path: Path
  key?: string
  message: string
}

interface LabelledSchema {
  title?: string
  description?: string
  enum?: readonly string[]
  properties?: Record<string, unknown>
}

/** What AJV (allErrors, verbose) says of a value, in words for the author of a scenario file. */
export function explainErrors(errors: readonly ErrorObject[]): Problem[] {
  return mostTelling(errors).map((error) => ({ path: pathOf(error), ...messageOf(error) }))
}

/**
 * A failed anyOf reports every branch. Kept is the branch that the author meant: the only one whose type fits. Where
 * there is none, the anyOf itself stays, to say what was expected.
 */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject[] {
  const anyOf = outermost(errors.filter((error) => error.keyword === 'anyOf'))
  if (anyOf === undefined) return [...errors]
  const inside = errors.filter((error) => isInside(error, anyOf))
  const outside = errors.filter((error) => error !== anyOf && !inside.includes(error))
  const meant = [...groupByBranch(inside, anyOf).values()].filter((branch) => !branch.some(isTypeErrorAt(anyOf)))
  const [branch] = meant
  const kept = meant.length === 1 && branch !== undefined ? mostTelling(branch) : [withBranches(anyOf, inside)]
  return [...kept, ...mostTelling(outside)]
}

function outermost(anyOfs: readonly ErrorObject[]): ErrorObject | undefined {
  const [first, ...others] = anyOfs
  return others.reduce((a, b) => (a && a.schemaPath.length <= b.schemaPath.length ? a : b), first)
}

function isInside(error: ErrorObject, anyOf: ErrorObject): boolean {
  return (
    error.schemaPath.startsWith(`${anyOf.schemaPath}/`) && `${error.instancePath}/`.startsWith(`${anyOf.instancePath}/`)
  )
}

function groupByBranch(errors: readonly ErrorObject[], anyOf: ErrorObject): Map<string, ErrorObject[]> {
  const groups = new Map<string, ErrorObject[]>()
  for (const error of errors) {
    const branch = error.schemaPath.slice(anyOf.schemaPath.length + 1).split('/', 1)[0] ?? ''
    groups.set(branch, [...(groups.get(branch) ?? []), error])
  }
  return groups
}

function isTypeErrorAt(anyOf: ErrorObject): (error: ErrorObject) => boolean {
  return (error) => error.keyword === 'type' && error.instancePath === anyOf.instancePath
}

function withBranches(anyOf: ErrorObject, inside: readonly ErrorObject[]): ErrorObject {
  const missing = inside
    .filter((error) => error.keyword === 'required')
    .map((error) => String(error.params.missingProperty))
  return { ...anyOf, params: { missing } }
}

function pathOf(error: ErrorObject): Path {
  const parts = error.instancePath.split('/').slice(1)
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')))
}

function messageOf(error: ErrorObject): { message: string; key?: string } {
  const schema = (error.parentSchema ?? {}) as LabelledSchema
  const label = schema.title ?? 'value'
  const expected = schema.description ?? error.message ?? ''
  const value = show(error.data)
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params.additionalProperty)
      return {
        message: `unknown key ${show(key)} in a ${label}${hint(key, Object.keys(schema.properties ?? {}))}`,
        key,
      }
    }
    case 'required':
      return { message: `${show(error.params.missingProperty)} is missing in this ${label}` }
    case 'enum':
      return { message: `${value} is not a ${label}${hint(String(error.data), schema.enum ?? [])}` }
    case 'anyOf':
      return { message: alternativesOf(error, label, expected) }
    case 'type':
      if (error.params.type === 'string' && typeof error.data === 'number')
        return { message: `${value} is a number, which can lose digits; put it in quotes` }
      return { message: `${value} is not a valid ${label}: expected ${expected}` }
    default:
      return { message: `${value} is not a valid ${label}: expected ${expected}` }
  }
}

function alternativesOf(error: ErrorObject, label: string, expected: string): string {
  const missing: string[] = error.params.missing
  if (missing.length > 0) return `a ${label} needs a ${missing.join(' or a ')}`
  return `${show(error.data)} does not fit: expected ${expected}`
}

const maxShown = 60

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > maxShown ? `${text.slice(0, maxShown)}...` : text
}

/** ` (did you mean X?)` when a candidate is near, else the candidates. */
export function hint(word: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return ''
  const near = closest(fold(word), candidates.map(fold))
  const candidate = candidates.find((each) => fold(each) === near)
  const isNear = candidate !== undefined && editDistance(fold(word), near) <= Math.max(2, word.length / 3)
  return isNear ? ` (did you mean ${candidate}?)` : ` (expected one of ${candidates.join(', ')})`
}

function fold(word: string): string {
  return word.toUpperCase().replaceAll(/[ _]/g, '-')
}
