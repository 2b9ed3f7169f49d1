import type { Ajv, ValidateFunction } from 'ajv'
import type { FastifyServerOptions } from 'fastify'
import { lazyAjv } from '../scenarios/checker.js'

interface RouteSchema {
  schema: object
  httpPart?: string | undefined
}

type CompilersFactory = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>

/**
 * In place of Fastify's own, which load and compile at start what most servers never need. A schema is compiled when
 * the first value comes that it has to judge. Header schemas only document.
 */
export const compilersFactory = {
  buildValidator: () => {
    const keywords = ['x-examples']
    // Parameters come as text.
    const ajv = { body: lazyAjv({ keywords }), parameters: lazyAjv({ keywords, coerceTypes: true, useDefaults: true }) }
    return ({ schema, httpPart }: RouteSchema) => {
      if (httpPart === 'headers') return () => true
      return lazyValidator(schema, httpPart === 'body' ? ajv.body : ajv.parameters)
    }
  },
  buildSerializer: () => () => (value: unknown) => JSON.stringify(value),
  // Fastify's types know no other compilers than its own.
} as unknown as CompilersFactory

type Validator = ((value: unknown) => boolean) & Pick<ValidateFunction, 'errors'>

/** Leaves what is wrong where Fastify looks for it, as AJV's own functions do. */
function lazyValidator(schema: object, ajv: () => Ajv): Validator {
  let validate: ValidateFunction | undefined
  const validator: Validator = (value) => {
    validate ??= ajv().compile(schema)
    const isValid = validate(value)
    validator.errors = validate.errors ?? null
    return isValid
  }
  return validator
}
