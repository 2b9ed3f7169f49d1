import type { FastifyInstance } from 'fastify'
import type { FromSchema } from 'json-schema-to-ts'
import { durationPattern, parseDuration } from '../../scenarios/duration.js'
import { reportSchema } from '../../simulator/report/report.js'
import type { ControlGroupOptions } from './group.js'
import { problemResponse } from './schema.js'

const querySchema = {
  title: 'query',
  type: 'object',
  additionalProperties: false,
  properties: {
    tooFast: {
      title: 'duration',
      description: 'a time like 100ms or 2s: calls that follow an answer sooner are retried-too-fast',
      type: 'string',
      pattern: `^${durationPattern}$`,
      default: '100ms',
    },
  },
} as const

/** The schema fills in the default, and admits nothing but durations. */
type Query = Required<FromSchema<typeof querySchema>>

/** What the caller has seen, and what it did wrong. */
export async function report(app: FastifyInstance, { namespaceOf }: ControlGroupOptions): Promise<void> {
  app.get<{ Querystring: Query }>('/report', { schema: reportOperation }, async (request) => {
    return namespaceOf(request).report({ tooFast: parseDuration(request.query.tooFast) as number })
  })
}

const reportOperation = {
  operationId: 'report',
  summary: 'Which results the caller was shown, and verdicts on its behaviour',
  querystring: querySchema,
  response: {
    200: { description: 'Rests on the journal alone.', ...reportSchema },
    400: problemResponse('A mistake.'),
  },
}
