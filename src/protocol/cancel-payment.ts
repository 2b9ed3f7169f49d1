import type { FromSchema } from 'json-schema-to-ts'
import { resultSchema } from './envelope.js'
import { resultCodes } from './result.js'

/** The path that Alipay+ itself uses, and the short one of its documentation. */
export const cancelPaymentPaths = ['/aps/api/v1/payments/cancelPayment', '/v1/payments/cancelPayment'] as const

const id = { type: 'string', minLength: 1, maxLength: 64 } as const

export const cancelPaymentRequestSchema = {
  title: 'CancelPaymentRequest',
  type: 'object',
  required: ['acquirerId', 'pspId', 'paymentRequestId'],
  properties: {
    acquirerId: {
      ...id,
      description: 'The id that Alipay+ gave the acquiring partner.',
      examples: ['1022188000000000001'],
    },
    pspId: {
      ...id,
      description: 'The id that Alipay+ gave the mobile payment provider.',
      examples: ['1022172000000000001'],
    },
    paymentRequestId: {
      ...id,
      description: 'The payment to cancel. The idempotency key: the same id gets the same final result.',
      examples: ['20200101234567890132'],
    },
  },
} as const

export type CancelPaymentRequest = FromSchema<typeof cancelPaymentRequestSchema>

export const cancelPaymentResponseSchema = {
  title: 'CancelPaymentResponse',
  type: 'object',
  required: ['result'],
  properties: {
    result: resultSchema(resultCodes),
  },
} as const

/** The sample call of the Alipay+ documentation. */
export const sampleRequest: CancelPaymentRequest = {
  acquirerId: '1022188000000000001',
  pspId: '1022172000000000001',
  paymentRequestId: '20200101234567890132',
}
