import type { ErrorObject } from 'ajv'
import { didYouMean } from './did-you-mean.js'
import type { Path } from './place.js'
import { patternTextSchema } from './schema.js'

/** A mistake in a rule: its path and what was expected. `key` is set if the mistake is in a key, not in its value. */
export interface Mistake {
  path: Path
  key?: string
  message: string
}

/** How many mistakes are reported at once: who has more than these reads no further. */
export const maxMistakes = 100

/** What is reported of mistakes: where they are too many, the first of them and, by `more`, that there are others. */
export function firstMistakes<T>(mistakes: readonly T[], more: (last: T, message: string) => T): readonly T[] {
  const last = mistakes[maxMistakes - 1]
  if (mistakes.length <= maxMistakes || last === undefined) return mistakes
  return [...mistakes.slice(0, maxMistakes), more(last, `there are more mistakes; these are the first ${maxMistakes}`)]
}

/** Something that a rule says to no effect. */
export interface Warning extends Mistake {
  ruleId: string
}

interface LabelledSchema {
  title?: string
  description?: string
  enum: readonly string[]
  properties?: Record<string, unknown>
}

/** Errors of AJV (allErrors, verbose), worded for the author of a scenario file. */
export function explainErrors(errors: readonly ErrorObject[]): Mistake[] {
  return mostTelling(errors).map((error) => ({ path: pathOf(error), ...messageOf(error) }))
}

/**
 * A failed anyOf reports each branch, then itself. Keeps the branch that the author meant: the only one whose type
 * fits. If there is none, keeps the anyOf itself, which says what was expected.
 */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject[] {
  const kept: ErrorObject[] = []
  for (const error of errors) {
    if (error.keyword !== 'anyOf') kept.push(error)
    else {
      const inside = kept.splice(kept.findLastIndex((each) => !isInside(each, error)) + 1)
      for (const telling of meantBy(error, inside)) kept.push(telling)
    }
  }
  return kept
}

function meantBy(anyOf: ErrorObject, inside: readonly ErrorObject[]): ErrorObject[] {
  const branches = [...groupByBranch(inside, anyOf).values()]
  const [branch, ...others] = branches.filter((each) => !each.some(isTypeErrorAt(anyOf)))
  return branch !== undefined && others.length === 0 ? branch : [withBranches(anyOf, inside)]
}

function isInside(error: ErrorObject, anyOf: ErrorObject): boolean {
  return (
    error.schemaPath.startsWith(`${anyOf.schemaPath}/`) && `${error.instancePath}/`.startsWith(`${anyOf.instancePath}/`)
  )
}

function groupByBranch(errors: readonly ErrorObject[], anyOf: ErrorObject): Map<string, ErrorObject[]> {
  const groups = new Map<string, ErrorObject[]>()
  for (const error of errors) {
    const branch = error.schemaPath.slice(anyOf.schemaPath.length).split('/', 2).join('/')
    const group = groups.get(branch)
    if (group === undefined) groups.set(branch, [error])
    else group.push(error)
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
  const { title: label, description: expected, properties, enum: words } = error.parentSchema as LabelledSchema
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params.additionalProperty)
      return {
        message: `unknown key ${show(key)} in a ${label}${didYouMean(key, Object.keys({ ...properties }))}`,
        key,
      }
    }
    case 'required':
      return { message: `${show(error.params.missingProperty)} is missing in this ${label}` }
    case 'enum':
      return { message: `${show(error.data)} is not a ${label}${didYouMean(String(error.data), words)}` }
    case 'anyOf':
      return { message: alternativesOf(error, `expected ${expected}`) }
    case 'type':
      if (error.data === null || error.data === undefined)
        return { message: `nothing stands here: expected ${expected}` }
  }
  return { message: `${show(error.data)} is not a valid ${label}: expected ${expected}${quoteAdvice(error)}` }
}

function alternativesOf(error: ErrorObject, expected: string): string {
  const missing: string[] = error.params.missing
  if (missing.length > 0) return `a step needs a ${missing.join(' or a ')}`
  if (error.data === null) return `nothing stands here: ${expected}`
  return `${show(error.data)} does not fit: ${expected}${quoteAdvice(error)}`
}

/** Where a string is expected, a number or a word like true needs quotes. */
function quoteAdvice({ data, schema, params, keyword }: ErrorObject): string {
  const takesText = keyword === 'anyOf' ? [schema].flat().includes(patternTextSchema) : params.type === 'string'
  if (!takesText) return ''
  if (typeof data === 'number') return '; a number can lose digits, so put it in quotes'
  return typeof data === 'boolean' ? '; put it in quotes' : ''
}

const maxShown = 60

export function show(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > maxShown ? `${text.slice(0, maxShown)}...` : text
}
