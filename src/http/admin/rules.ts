import type { FastifyInstance } from 'fastify'
import type { FromSchema } from 'json-schema-to-ts'
import { outlineChecker } from '../../scenarios/check.js'
import type { Finding } from '../../scenarios/finding.js'
import type { Mistake } from '../../scenarios/mistake.js'
import { ruleSchema } from '../../scenarios/schema.js'
import { paymentKeyOf } from '../../simulator/journal.js'
import type { Namespace, RuleInForce } from '../../simulator/namespace.js'
import { runtimeName } from '../../simulator/runtime-rules.js'
import type { ControlGroupOptions } from './group.js'
import { ProblemError, wrongBody } from './problem-error.js'
import { noContent, problemResponse } from './schema.js'

/** The rules in force, and those that come and go at run time. */
export async function rules(app: FastifyInstance, { namespaceOf, findings }: ControlGroupOptions): Promise<void> {
  app.get<{ Querystring: ListQuery }>('/rules', { schema: listSchema }, async (request) => {
    const { search, runtime, limit } = request.query
    const inForce = await namespaceOf(request).rules()
    const wanted = inForce.filter((rule) => runtime === undefined || rule.isRuntime === runtime)
    const matching = search === undefined ? wanted : wanted.filter((rule) => mentions(rule, search))
    const { mistakes, warnings } = findings()
    return {
      total: inForce.length,
      matching: matching.length,
      rules: matching.slice(0, limit).map(viewRule),
      mistakes: mistakes.map(viewFinding),
      warnings: warnings.map(viewFinding),
    }
  })

  app.post('/rules/preview', { schema: previewSchema, validatorCompiler: () => () => true }, async (request) => {
    const { definitions, pathOf } = rulesIn(request.body)
    const { mistakes, calls, taken } = await namespaceOf(request).previewRules(definitions, pathOf)
    if (mistakes.length > 0) throw wrongBody(mistakes)
    const newest = taken.slice(-maxPreviewed).reverse()
    return {
      calls,
      taken: taken.length,
      requests: newest.map((entry) => ({
        id: entry.id,
        paymentRequestId: paymentKeyOf(entry),
        rule: entry.rule ?? null,
      })),
    }
  })

  // The body is checked like a scenario file, whose messages say more than AJV's.
  app.post('/rules', { schema: addSchema, validatorCompiler: () => () => true }, async (request, reply) => {
    const { definitions, pathOf } = rulesIn(request.body)
    const problems = await namespaceOf(request).addRules(definitions, pathOf)
    if (problems.length > 0) throw wrongBody(problems)
    const ids = definitions.map(({ name }) => `runtime/${name}`)
    return reply.code(201).send({ rules: ids })
  })

  app.delete('/rules', { schema: removeAllSchema }, async (request, reply) => {
    await namespaceOf(request).removeRules()
    return reply.code(204).send()
  })

  app.delete<{ Params: { id: string } }>('/rules/:id', { schema: removeSchema }, async (request, reply) => {
    await removeRule(namespaceOf(request), request.params.id)
    return reply.code(204).send()
  })

  // For clients that do not encode the slash in an id.
  app.delete<{ Params: { '*': string } }>('/rules/runtime/*', { schema: { hide: true } }, async (request, reply) => {
    await removeRule(namespaceOf(request), `runtime/${request.params['*']}`)
    return reply.code(204).send()
  })
}

/** How many of the calls that rules would have taken are listed. */
const maxPreviewed = 100

function mentions({ id, definition }: RuleInForce, search: string): boolean {
  return `${id}\n${JSON.stringify(definition)}`.toLowerCase().includes(search.toLowerCase())
}

function viewRule({ id, hits, isRuntime, lastCall, definition }: RuleInForce) {
  const last = lastCall === undefined ? null : { id: lastCall.id, at: new Date(lastCall.at).toISOString() }
  return { id, hits, runtime: isRuntime, lastCall: last, rule: definition }
}

function viewFinding({ file, line, column, message, rule }: Finding) {
  return { file, line, column, message, rule: rule ?? null }
}

/** A single rule, or `{ rules }` as in a scenario file. */
function rulesIn(body: unknown): {
  definitions: readonly { name?: unknown }[]
  pathOf: (index: number) => Mistake['path']
} {
  const isList = typeof body === 'object' && body !== null && 'rules' in body
  if (!isList) return { definitions: [body as object], pathOf: () => [] }
  if (!outlineChecker.accepts(body)) throw wrongBody(outlineChecker.mistakesIn(body))
  return { definitions: body.rules as object[], pathOf: (index) => ['rules', index] }
}

async function removeRule(namespace: Namespace, id: string): Promise<void> {
  const name = runtimeName(id)
  if (name !== undefined && (await namespace.removeRule(name))) return
  const isInFile = (await namespace.rules()).some((rule) => rule.id === id)
  if (isInFile) throw new ProblemError(409, `the rule ${id} stands in a scenario file: change the file`)
  throw new ProblemError(404, `there is no rule ${id}`)
}

const listQuerySchema = {
  title: 'query',
  type: 'object',
  additionalProperties: false,
  properties: {
    search: {
      title: 'text',
      description: 'text that stands in the id or the rule, in any letter case',
      type: 'string',
    },
    runtime: { title: 'flag', description: 'true for runtime rules alone, false for those of files', type: 'boolean' },
    limit: {
      title: 'limit',
      description: 'a whole number from 0: how many rules at most, the first',
      type: 'integer',
      minimum: 0,
    },
  },
} as const

type ListQuery = FromSchema<typeof listQuerySchema>

const findingsSchema = (description: string) => ({
  type: 'array',
  description,
  items: {
    type: 'object',
    required: ['file', 'line', 'column', 'message', 'rule'],
    properties: {
      file: { type: 'string' },
      line: { type: 'integer' },
      column: { type: 'integer' },
      message: { type: 'string' },
      rule: { type: ['string', 'null'], description: 'The id of the rule that it is about, where there is one.' },
    },
  },
})

const listSchema = {
  operationId: 'listRules',
  summary: 'All rules, in the order in which they are tried, with hit counts',
  querystring: listQuerySchema,
  response: {
    200: {
      description: 'Runtime rules, newest first, then those of the files.',
      type: 'object',
      required: ['total', 'matching', 'rules', 'mistakes', 'warnings'],
      properties: {
        total: { type: 'integer', description: 'How many rules there are.' },
        matching: { type: 'integer', description: 'How many pass search and runtime, before the limit.' },
        rules: {
          type: 'array',
          items: {
            type: 'object',
            required: ['id', 'hits', 'runtime', 'lastCall', 'rule'],
            properties: {
              id: { type: 'string', examples: ['runtime/late'] },
              hits: { type: 'integer', description: 'How many calls it has taken in this namespace.' },
              runtime: { type: 'boolean', description: 'false: it stands in a scenario file.' },
              lastCall: {
                description: 'The last call that it took, as far as the journal knows.',
                anyOf: [
                  {
                    type: 'object',
                    required: ['id', 'at'],
                    properties: { id: { type: 'integer' }, at: { type: 'string', format: 'date-time' } },
                  },
                  { type: 'null' },
                ],
              },
              rule: ruleSchema,
            },
          },
        },
        mistakes: findingsSchema(
          'What is wrong with the scenario files as they are now; the rules are the last good ones.',
        ),
        warnings: findingsSchema('What is legal in the scenario files and yet cannot be meant.'),
      },
    },
  },
}

const example = { name: 'late', match: { paymentRequestId: 'A*' }, reply: 'CANCEL_WINDOW_EXCEED' }

const rulesBody = {
  anyOf: [
    ruleSchema,
    {
      title: 'rules',
      type: 'object',
      required: ['rules'],
      additionalProperties: false,
      properties: { rules: { type: 'array', items: ruleSchema } },
    },
  ],
  'x-examples': { rule: { summary: 'one rule', value: example } },
}

const addSchema = {
  operationId: 'addRules',
  summary: 'Add a runtime rule, or several',
  description: 'They come before all other rules: the newest first, several of one call in their own order.',
  body: rulesBody,
  response: {
    201: {
      description: 'They are in force: the next call meets them.',
      type: 'object',
      properties: { rules: { type: 'array', items: { type: 'string' }, description: 'Their ids.' } },
    },
    400: problemResponse('There are mistakes; no rule was added.'),
  },
}

const previewSchema = {
  operationId: 'previewRules',
  summary: 'Which calls of the journal a rule would have taken',
  description: 'Changes nothing. Of several rules, each call goes to the first that matches.',
  body: rulesBody,
  response: {
    200: {
      description: 'The calls that were accepted, and that it would have taken.',
      type: 'object',
      required: ['calls', 'taken', 'requests'],
      properties: {
        calls: { type: 'integer', description: 'How many calls it was tried on.' },
        taken: { type: 'integer', description: 'How many of them it would have taken.' },
        requests: {
          type: 'array',
          description: `Those, the newest first, at most ${maxPreviewed}.`,
          items: {
            type: 'object',
            required: ['id', 'paymentRequestId', 'rule'],
            properties: {
              id: { type: 'integer', description: 'The id of the journal entry.' },
              paymentRequestId: { type: 'string' },
              rule: { type: ['string', 'null'], description: 'The id of the rule that answered.' },
            },
          },
        },
      },
    },
    400: problemResponse('There are mistakes.'),
  },
}

const removeAllSchema = {
  operationId: 'removeRules',
  summary: 'Remove all runtime rules',
  response: { 204: noContent },
}

const removeSchema = {
  operationId: 'removeRule',
  summary: 'Remove a runtime rule',
  params: { type: 'object', properties: { id: { type: 'string', description: 'runtime/<name>' } } },
  response: {
    204: noContent,
    404: problemResponse('There is no such rule.'),
    409: problemResponse('The rule stands in a scenario file.'),
  },
}
