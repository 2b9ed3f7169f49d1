import type { Ajv, ErrorObject, Options, ValidateFunction } from 'ajv'
import { lazy } from './lazy.js'
import { explainErrors, type Mistake } from './mistake.js'
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
  const compiled = () => sharedAjv().compile<T>(schema)
  const accepts = isValid ?? ((value) => compiled()(value))
  return {
    accepts: (value): value is T => accepts(value),
    mistakesIn: (value) => (accepts(value) ? [] : explainErrors(errorsOf(compiled(), value))),
  }
}

/** AJV sets `errors` whenever it rejects a value. */
function errorsOf(validate: ValidateFunction, value: unknown): ErrorObject[] {
  validate(value)
  return validate.errors as ErrorObject[]
}

const sharedAjv = lazyAjv()

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
