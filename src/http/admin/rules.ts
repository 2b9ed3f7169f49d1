import type { FastifyInstance } from 'fastify'
import { outlineChecker } from '../../scenarios/check.js'
import type { Mistake } from '../../scenarios/mistake.js'
import { ruleSchema } from '../../scenarios/schema.js'
import type { Namespace } from '../../simulator/namespace.js'
import { runtimeName } from '../../simulator/runtime-rules.js'
import type { ControlGroupOptions } from './group.js'
import { ProblemError, wrongBody } from './problem-error.js'
import { noContent, problemResponse } from './schema.js'

/** The rules in force, and those that come and go at run time. */
export async function rules(app: FastifyInstance, { namespaceOf }: ControlGroupOptions): Promise<void> {
  app.get('/rules', { schema: listSchema }, async (request) => {
    const inForce = await namespaceOf(request).rules()
    return {
      total: inForce.length,
      rules: inForce.map(({ id, hits, isRuntime, definition }) => ({ id, hits, runtime: isRuntime, rule: definition })),
    }
  })

  // Not AJV's own words: those of the scenario files, which tell more.
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

  // For those who do not encode the slash of an id.
  app.delete<{ Params: { '*': string } }>('/rules/runtime/*', { schema: { hide: true } }, async (request, reply) => {
    await removeRule(namespaceOf(request), `runtime/${request.params['*']}`)
    return reply.code(204).send()
  })
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

const listSchema = {
  operationId: 'listRules',
  summary: 'All rules, in the order in which they are tried, with hit counts',
  response: {
    200: {
      description: 'Runtime rules, newest first, then those of the files.',
      type: 'object',
      required: ['total', 'rules'],
      properties: {
        total: { type: 'integer' },
        rules: {
          type: 'array',
          items: {
            type: 'object',
            required: ['id', 'hits', 'runtime', 'rule'],
            properties: {
              id: { type: 'string', examples: ['runtime/late'] },
              hits: { type: 'integer', description: 'How many calls it has taken in this namespace.' },
              runtime: { type: 'boolean', description: 'false: it stands in a scenario file.' },
              rule: ruleSchema,
            },
          },
        },
      },
    },
  },
}

const example = { name: 'late', match: { paymentRequestId: 'A*' }, reply: 'CANCEL_WINDOW_EXCEED' }

const addSchema = {
  operationId: 'addRules',
  summary: 'Add a runtime rule, or several',
  description: 'They come before all other rules: the newest first, several of one call in their own order.',
  body: {
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
  },
  response: {
    201: {
      description: 'They are in force: the next call meets them.',
      type: 'object',
      properties: { rules: { type: 'array', items: { type: 'string' }, description: 'Their ids.' } },
    },
    400: problemResponse('There are mistakes; no rule was added.'),
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
