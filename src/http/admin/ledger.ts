import type { FastifyInstance } from 'fastify'
import { resultSchema } from '../../protocol/envelope.js'
import { ruleResultCodes } from '../../protocol/result.js'
import type { ControlGroupOptions } from './group.js'
import { ProblemError } from './problem-error.js'
import { noContent, problemResponse } from './schema.js'

interface Route {
  Params: { paymentRequestId: string }
}

/** What was answered for a paymentRequestId. */
export async function ledger(app: FastifyInstance, { namespaceOf }: ControlGroupOptions): Promise<void> {
  app.get<Route>('/ledger/:paymentRequestId', { schema: readSchema }, async (request) => {
    const { paymentRequestId } = request.params
    const entry = await namespaceOf(request).ledgerEntry(paymentRequestId)
    if (entry === undefined) throw unknownId(paymentRequestId)
    return { paymentRequestId, attempts: entry.attempts, final: entry.final ?? null }
  })

  app.delete<Route>('/ledger/:paymentRequestId', { schema: forgetSchema }, async (request, reply) => {
    const { paymentRequestId } = request.params
    if (!(await namespaceOf(request).forget(paymentRequestId))) throw unknownId(paymentRequestId)
    return reply.code(204).send()
  })
}

function unknownId(paymentRequestId: string): ProblemError {
  return new ProblemError(404, `the ledger has no paymentRequestId ${paymentRequestId}`)
}

const params = {
  type: 'object',
  properties: { paymentRequestId: { type: 'string', description: 'The payment.' } },
}

const readSchema = {
  operationId: 'readLedger',
  summary: 'How often a payment was asked for, and its final result',
  params,
  response: {
    200: {
      description: 'What is remembered.',
      type: 'object',
      required: ['paymentRequestId', 'attempts', 'final'],
      properties: {
        paymentRequestId: { type: 'string' },
        attempts: { type: 'integer' },
        final: {
          anyOf: [resultSchema(ruleResultCodes), { type: 'null' }],
          description: 'null: no final result has been given.',
        },
      },
    },
    404: problemResponse('The ledger does not have it.'),
  },
}

const forgetSchema = {
  operationId: 'forgetPayment',
  summary: 'Forget a payment: its next call is the first one',
  params,
  response: { 204: noContent, 404: problemResponse('The ledger does not have it.') },
}
