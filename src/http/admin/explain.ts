import type { FastifyInstance } from 'fastify'
import type { FromSchema } from 'json-schema-to-ts'
import { sampleRequest } from '../../protocol/cancel-payment.js'
import { resultSchema } from '../../protocol/envelope.js'
import { ruleResultCodes } from '../../protocol/result.js'
import { patternSchema, stepSchema } from '../../scenarios/schema.js'
import { viewExplanation } from '../../simulator/explain.js'
import type { ControlGroupOptions } from './group.js'
import { problemResponse } from './schema.js'

const id = { description: 'text of 1 to 64 characters', type: 'string', minLength: 1, maxLength: 64 } as const

const callSchema = {
  title: 'call',
  description: 'an object with acquirerId, pspId and paymentRequestId',
  type: 'object',
  required: ['acquirerId', 'pspId', 'paymentRequestId'],
  properties: {
    acquirerId: { ...id, title: 'acquirerId' },
    pspId: { ...id, title: 'pspId' },
    paymentRequestId: { ...id, title: 'paymentRequestId' },
    clientId: { title: 'clientId', description: 'text: what the Client-Id header would say', type: 'string' },
  },
} as const

type Call = FromSchema<typeof callSchema>

/** Why a call would be answered as it would be. */
export async function explain(app: FastifyInstance, { namespaceOf }: ControlGroupOptions): Promise<void> {
  app.post<{ Body: Call }>('/explain', { schema: explainSchema }, async (request) => {
    const { acquirerId, pspId, paymentRequestId, clientId } = request.body
    return viewExplanation(await namespaceOf(request).explain({ acquirerId, pspId, paymentRequestId, clientId }))
  })
}

const text = { type: ['string', 'null'] }

const missSchema = {
  type: 'object',
  required: ['rule', 'fields', 'chance'],
  properties: {
    rule: { type: 'string' },
    fields: {
      type: 'array',
      description: 'The fields that did not match.',
      items: { type: 'object', properties: { field: { type: 'string' }, pattern: patternSchema, value: text } },
    },
    chance: {
      description: 'Where chance decided against the rule: its chance, and what this id drew.',
      anyOf: [
        { type: 'object', properties: { chance: { type: 'number' }, drawn: { type: 'number' } } },
        { type: 'null' },
      ],
    },
  },
}

const explainSchema = {
  operationId: 'explain',
  summary: 'Which rule would answer a call, and why not the ones before it',
  description: 'Changes nothing: no attempt is counted.',
  body: { ...callSchema, 'x-examples': { call: { summary: 'the sample call', value: sampleRequest } } },
  response: {
    200: {
      description: 'What the next such call would be given.',
      type: 'object',
      required: ['rule', 'attempt', 'step', 'result', 'replayed', 'reason', 'misses'],
      properties: {
        rule: { ...text, description: 'null: no rule matches, so SUCCESS.' },
        attempt: { type: 'integer' },
        step: {
          type: 'object',
          properties: { number: { type: 'integer' }, of: { type: 'integer' }, definition: stepSchema },
        },
        result: {
          anyOf: [resultSchema(ruleResultCodes), { type: 'null' }],
          description: 'null: the request would count as lost.',
        },
        replayed: { type: 'boolean' },
        reason: { type: 'string' },
        misses: { type: 'array', description: 'The rules before it, near misses first.', items: missSchema },
      },
    },
    400: problemResponse('The body has mistakes.'),
  },
}
