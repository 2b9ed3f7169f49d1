import type { FastifyInstance } from 'fastify'
import type { FromSchema } from 'json-schema-to-ts'
import { sampleRequest } from '../../protocol/cancel-payment.js'
import { resultSchema } from '../../protocol/envelope.js'
import { callProfiles } from '../../protocol/profile.js'
import { ruleResultCodes } from '../../protocol/result.js'
import { patternSchema, stepSchema } from '../../scenarios/schema.js'
import { type CallDefaults, describedCall } from '../../simulator/described-call.js'
import { viewExplanation } from '../../simulator/explain.js'
import type { ControlGroupOptions } from './group.js'
import { ProblemError } from './problem-error.js'
import { problemResponse } from './schema.js'

const id = { description: 'text of 1 to 64 characters', type: 'string', minLength: 1, maxLength: 64 } as const

const fields = {
  acquirerId: { ...id, title: 'acquirerId' },
  pspId: { ...id, title: 'pspId' },
  paymentRequestId: { ...id, title: 'paymentRequestId' },
  clientId: { title: 'clientId', description: 'text: what the Client-Id header would say', type: 'string' },
} as const

/** A call of Alipay+ to an MPP. */
const mppCallSchema = {
  title: 'call',
  description: 'an object with acquirerId, pspId and paymentRequestId',
  type: 'object',
  required: ['acquirerId', 'pspId', 'paymentRequestId'],
  properties: fields,
} as const

/** The same, or a call of an acquirer. */
const anyCallSchema = {
  title: 'call',
  description: 'an object with paymentRequestId or paymentId, or with both',
  type: 'object',
  properties: {
    ...fields,
    paymentId: { ...id, title: 'paymentId' },
    profile: { title: 'profile', description: 'mpp, acqp or ams: who calls', type: 'string', enum: callProfiles },
  },
} as const

/** Why a call would be answered as it would be. */
export async function explain(app: FastifyInstance, { namespaceOf, calls }: ControlGroupOptions): Promise<void> {
  app.post<{ Body: FromSchema<typeof anyCallSchema> }>(
    '/explain',
    { schema: operationFor(calls()) },
    async (request) => {
      const call = describedCall(request.body, calls())
      if (call === undefined)
        throw new ProblemError(400, 'the body has 1 mistake', [{ detail: 'the call names no payment', pointer: '' }])
      return viewExplanation(await namespaceOf(request).explain(call))
    },
  )
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

const operationFor = ({ served }: CallDefaults) => ({
  operationId: 'explain',
  summary: 'Which rule would answer a call, and why not the ones before it',
  description: 'Changes nothing: no attempt is counted.',
  body: {
    ...(served === 'mpp' ? mppCallSchema : anyCallSchema),
    'x-examples': { call: { summary: 'the sample call', value: sampleRequest } },
  },
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
})
