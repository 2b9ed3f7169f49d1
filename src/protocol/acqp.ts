import type { FromSchema } from 'json-schema-to-ts'
import { sampleRequest } from './cancel-payment.js'
import { resultSchema } from './envelope.js'
import { resultCodes } from './result.js'

/** An id of the payment. `null` is the same as absent. */
export const optionalId = { type: ['string', 'null'], minLength: 1, maxLength: 64 } as const

export const acquirerIds = {
  paymentRequestId: {
    ...optionalId,
    description: "The acquirer's own id of the payment to cancel.",
    examples: [sampleRequest.paymentRequestId],
  },
  paymentId: {
    ...optionalId,
    description: "Alipay+'s id of the payment to cancel.",
    examples: ['20200101234567890144'],
  },
} as const

/** What an acquirer calls a payment: at least one of the two ids. */
export const eitherId = [
  { required: ['paymentRequestId'], properties: { paymentRequestId: { type: 'string' } } },
  { required: ['paymentId'], properties: { paymentId: { type: 'string' } } },
] as const

/** cancelPayment as an acquirer (ACQP) sends it to Alipay+. */
export const acqpCancelPaymentRequestSchema = {
  title: 'AcqpCancelPaymentRequest',
  type: 'object',
  properties: acquirerIds,
  anyOf: eitherId,
} as const

export type AcqpCancelPaymentRequest = FromSchema<typeof acqpCancelPaymentRequestSchema>

export const acqpCancelPaymentResponseSchema = {
  title: 'AcqpCancelPaymentResponse',
  type: 'object',
  required: ['result'],
  properties: {
    result: resultSchema(resultCodes),
    pspId: { type: 'string', maxLength: 64, description: 'Who was paid with. Only where the resultStatus is S.' },
    acquirerId: { type: 'string', maxLength: 64, description: 'Who calls. Only where the resultStatus is S.' },
  },
} as const

/** The sample call of an acquirer. */
export const acqpSampleRequest = {
  paymentRequestId: sampleRequest.paymentRequestId,
  paymentId: '20200101234567890144',
}
