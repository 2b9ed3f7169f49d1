import { createHash } from 'node:crypto'
import type { FromSchema } from 'json-schema-to-ts'
import { acqpSampleRequest, acquirerIds, eitherId } from './acqp.js'
import { resultSchema } from './envelope.js'
import { anyResultCodes } from './result.js'

/** Where the official SDKs' cancel class calls: in production and, with a Client-Id `SANDBOX_...`, in the sandbox. */
export const amsPaths = ['/ams/api/v1/payments/cancel', '/ams/sandbox/api/v1/payments/cancel'] as const

/** cancel as the official SDKs send it, the AMS way of an acquirer to cancel. */
export const amsCancelRequestSchema = {
  title: 'AmsCancelRequest',
  type: 'object',
  properties: {
    ...acquirerIds,
    merchantAccountId: { type: ['string', 'null'], minLength: 1, maxLength: 32, description: 'Read by nobody here.' },
  },
  anyOf: eitherId,
} as const

export type AmsCancelRequest = FromSchema<typeof amsCancelRequestSchema>

const replyId = { type: 'string', maxLength: 64 } as const

export const amsCancelResponseSchema = {
  title: 'AmsCancelResponse',
  type: 'object',
  required: ['result'],
  properties: {
    result: resultSchema(anyResultCodes),
    paymentId: { ...replyId, description: 'Only where the resultStatus is S, like those below.' },
    paymentRequestId: replyId,
    cancelTime: {
      type: 'string',
      description: 'When the payment was cancelled: ISO 8601 with an offset.',
      examples: ['2019-06-12T19:07:11+08:00'],
    },
  },
} as const

/** The sample call of the AMS documentation. */
export const amsSampleRequest = { paymentId: acqpSampleRequest.paymentId }

const requestOf = 'request-of-'
const paymentOf = 'payment-of-'

/** The paymentId that AMS gives a payment of which only the paymentRequestId is known. The same for all time. */
export function paymentIdFor(paymentRequestId: string): string {
  return counterpart(paymentRequestId, requestOf, paymentOf)
}

/** The paymentRequestId for a paymentId: the one that the paymentId was made from or, if it was not, a new one. */
export function paymentRequestIdFor(paymentId: string): string {
  return counterpart(paymentId, paymentOf, requestOf)
}

const maxIdLength = 64

/** An id that was made here leads back to the id that it was made from, unless that was too long to keep whole. */
function counterpart(id: string, theirs: string, ours: string): string {
  if (id.startsWith(theirs) && id.length > theirs.length) return id.slice(theirs.length)
  const made = ours + id
  return made.length <= maxIdLength ? made : `${ours}hash-${createHash('sha256').update(id).digest('base64url')}`
}
