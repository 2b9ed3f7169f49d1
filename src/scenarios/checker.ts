import type { Ajv, ErrorObject, Options, ValidateFunction } from 'ajv'
import { lazy } from './lazy.js'
import { explainErrors, type Mistake, maxMistakes } from './mistake.js'
import { loadAjv } from './on-demand.js'

/** Judges values by a JSON Schema. */
export interface Checker<T> {
  accepts(value: unknown): value is T
  /** All mistakes in a value; empty if it satisfies the schema. */
  mistakesIn(value: unknown): Mistake[]
}

/**
 * AJV is loaded, and the schema compiled, when first needed. With `isValid`, a generated function that decides like AJV
 * but gives no reasons, that is when a value does not satisfy the schema.
 */
export function createChecker<T>(schema: object, isValid?: (value: unknown) => boolean): Checker<T> {
  // AJV caches compiled schemas.
  const compiled = (ajv: () => Ajv) => ajv().compile<T>(schema)
  const accepts = isValid ?? ((value) => compiled(thorough)(value))
  return {
    accepts: (value): value is T => accepts(value),
    mistakesIn(value) {
      const ajv = countValues(value, maxValues) > maxValues ? hasty : thorough
      return explainErrors(errorsOf(compiled(ajv), value)).slice(0, maxMistakes + 1)
    },
  }
}

/** Of a value with more values inside, only the first mistake is reported: all of them could take minutes. */
const maxValues = 2000

/** How many values are in a value, itself included; any number above `limit` where they are more. */
function countValues(value: unknown, limit: number): number {
  let count = 1
  if (typeof value !== 'object' || value === null) return count
  for (const key in value) {
    count += countValues((value as Record<string, unknown>)[key], limit - count)
    if (count > limit) break
  }
  return count
}

/** AJV sets `errors` whenever it rejects a value. */
export function errorsOf(validate: ValidateFunction, value: unknown): ErrorObject[] {
  validate(value)
  return validate.errors as ErrorObject[]
}

const thorough = lazyAjv()
const hasty = lazyAjv({ allErrors: false })

/**
 * An AJV that reports every error together with the failed schema. The schemas are constants, so they are not
 * validated.
 */
export function lazyAjv(options: Options = {}): () => Ajv {
  return lazy(() => {
    const { Ajv: Loaded } = loadAjv()
    return new Loaded({ allErrors: true, verbose: true, strictTypes: false, validateSchema: false, ...options })
  })
}
