import type { FastifyInstance } from 'fastify'
import type { FromSchema } from 'json-schema-to-ts'
import { callProfiles } from '../../protocol/profile.js'
import { anyResultCodes } from '../../protocol/result.js'
import type { JournalFilter } from '../../simulator/journal-filter.js'
import { journalEntrySchema } from '../../simulator/journal-schema.js'
import { viewEntry } from '../../simulator/journal-view.js'
import { namespaceName } from '../namespace.js'
import type { ControlGroupOptions } from './group.js'
import { ProblemError } from './problem-error.js'
import { noContent, problemResponse } from './schema.js'

const id = { title: 'id', description: 'text, equal to the whole value', type: 'string' } as const

const filters = {
  acquirerId: id,
  pspId: id,
  paymentRequestId: id,
  paymentId: id,
  profile: { title: 'profile', description: 'who calls', type: 'string', enum: callProfiles },
  clientId: id,
  resultCode: { title: 'result code', type: 'string', enum: anyResultCodes },
  rule: { title: 'rule id', description: 'the id of the rule that answered', type: 'string' },
  since: {
    title: 'time',
    description: 'ISO 8601, such as 2026-01-31T12:00:00Z, or epoch milliseconds: the earliest arrival',
    type: 'string',
  },
} as const

export const streamQuerySchema = {
  title: 'query',
  type: 'object',
  additionalProperties: false,
  properties: {
    ...filters,
    rate: {
      title: 'rate',
      description: 'a whole number from 1: how many entries a second at most; the others are counted',
      type: 'integer',
      minimum: 1,
    },
  },
} as const

const listQuerySchema = {
  ...streamQuerySchema,
  properties: {
    ...filters,
    limit: {
      title: 'limit',
      description: 'a whole number from 0: how many entries at most, the newest',
      type: 'integer',
      minimum: 0,
    },
  },
} as const

type Query = FromSchema<typeof listQuerySchema>

const entryParamsSchema = {
  title: 'path',
  type: 'object',
  required: ['id'],
  properties: { id: { title: 'id', description: 'the id of an entry, from 1', type: 'integer', minimum: 1 } },
} as const

/** @throws ProblemError where `since` is not a time */
export function parseFilter({ since, ...filter }: Query): JournalFilter {
  if (since === undefined) return filter
  const at = /^\d+$/.test(since) ? Number(since) : Date.parse(since)
  if (Number.isFinite(at)) return { ...filter, since: at }
  const detail = `"${since}" is not a time: expected ${filters.since.description}`
  throw new ProblemError(400, 'the query has 1 mistake', [{ detail, parameter: 'since' }])
}

/** The journal of a namespace. */
export async function requests(app: FastifyInstance, { namespaceOf }: ControlGroupOptions): Promise<void> {
  app.get<{ Querystring: Query }>('/requests', { schema: listSchema }, async (request) => {
    const { total, evicted, entries } = await namespaceOf(request).requests(parseFilter(request.query))
    return { total, evicted, requests: entries.map((entry) => viewEntry(entry, namespaceName(request))) }
  })

  app.get<{ Params: FromSchema<typeof entryParamsSchema> }>(
    '/requests/:id',
    { schema: readSchema, exposeHeadRoute: false },
    async (request) => {
      const { id } = request.params
      const [entry] = await namespaceOf(request)
        .journal()
        .read({ after: id - 1, limit: 1 })
      if (entry?.id !== id) throw new ProblemError(404, `the journal has no entry ${id}`)
      return viewEntry(entry, namespaceName(request))
    },
  )

  app.delete('/requests', { schema: clearSchema }, async (request, reply) => {
    await namespaceOf(request).clearRequests()
    return reply.code(204).send()
  })
}

const listSchema = {
  operationId: 'listRequests',
  summary: 'What came in and went out, newest last',
  querystring: listQuerySchema,
  response: {
    200: {
      description: 'The entries that pass the filters.',
      type: 'object',
      required: ['total', 'evicted', 'requests'],
      properties: {
        total: { type: 'integer', description: 'How many passed, before the limit.' },
        evicted: { type: 'integer', description: 'How many fell out because the journal was full.' },
        requests: { type: 'array', items: journalEntrySchema },
      },
    },
    400: problemResponse('The query has mistakes.'),
  },
}

const readSchema = {
  operationId: 'readRequest',
  summary: 'One entry of the journal',
  params: entryParamsSchema,
  response: {
    200: { description: 'The entry.', ...journalEntrySchema },
    400: problemResponse('The id is none.'),
    404: problemResponse('There is no such entry, or no more.'),
  },
}

const clearSchema = {
  operationId: 'clearRequests',
  summary: 'Empty the journal',
  response: { 204: noContent },
}
