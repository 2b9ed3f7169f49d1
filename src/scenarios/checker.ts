import type { Ajv, ErrorObject, Options, ValidateFunction } from 'ajv'
import { lazy } from './lazy.js'
import { explainErrors, type Mistake } from './mistake.js'
import { loadAjv } from './on-demand.js'

/** Judges values by a JSON Schema. */
export interface Checker<T> {
  accepts(value: unknown): value is T
  /** Everything that is wrong with a value; nothing where it satisfies the schema. */
  mistakesIn(value: unknown): Mistake[]
}

/**
 * AJV is loaded, and a schema compiled, when that is first needed. With `isSound`, which tells the same as AJV but not
 * why, that is when a value does not satisfy the schema.
 */
export function createChecker<T>(schema: object, isValid?: (value: unknown) => boolean): Checker<T> {
  // AJV remembers what it has compiled.
  const compiled = () => sharedAjv().compile<T>(schema)
  const accepts = isValid ?? ((value) => compiled()(value))
  return {
    accepts: (value): value is T => accepts(value),
    mistakesIn: (value) => (accepts(value) ? [] : explainErrors(errorsOf(compiled(), value))),
  }
}

/** AJV leaves errors whenever it says no. */
function errorsOf(validate: ValidateFunction, value: unknown): ErrorObject[] {
  validate(value)
  return validate.errors as ErrorObject[]
}

const sharedAjv = lazyAjv()

/**
 * An AJV that reports every error, each with the schema that it failed. The schemas are constants, and not checked
 * themselves.
 */
export function lazyAjv(options: Options = {}): () => Ajv {
  return lazy(() => {
    const { Ajv: Loaded } = loadAjv()
    return new Loaded({ allErrors: true, verbose: true, strictTypes: false, validateSchema: false, ...options })
  })
}
