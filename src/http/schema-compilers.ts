import { Ajv } from 'ajv'
import type { FastifyServerOptions } from 'fastify'

// The schemas are our own, and checked by tests: checking them at each start would take longer than all the rest.
const options = { allErrors: true, verbose: true, strictTypes: false, validateSchema: false, keywords: ['x-examples'] }
const bodyAjv = new Ajv(options)
/** Parameters come as text. */
const parameterAjv = new Ajv({ ...options, coerceTypes: true, useDefaults: true })

interface RouteSchema {
  schema: unknown
  httpPart?: string | undefined
}

type CompilersFactory = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>

/** In place of Fastify's own, which load and compile more than is needed. Header schemas only document. */
export const compilersFactory = {
  buildValidator: () => {
    return ({ schema, httpPart }: RouteSchema) => {
      if (httpPart === 'headers') return () => true
      return (httpPart === 'body' ? bodyAjv : parameterAjv).compile(schema as object)
    }
  },
  buildSerializer: () => () => (value: unknown) => JSON.stringify(value),
  // Fastify's types know no other compilers than its own.
} as unknown as CompilersFactory
