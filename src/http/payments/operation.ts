import {
  acqpCancelPaymentRequestSchema,
  acqpCancelPaymentResponseSchema,
  acqpSampleRequest,
} from '../../protocol/acqp.js'
import {
  amsCancelRequestSchema,
  amsCancelResponseSchema,
  amsSampleRequest,
  paymentRequestIdFor,
} from '../../protocol/ams.js'
import {
  cancelPaymentRequestSchema,
  cancelPaymentResponseSchema,
  sampleRequest,
} from '../../protocol/cancel-payment.js'
import type { CallProfile, Profile } from '../../protocol/profile.js'
import { resultCodes, resultOf } from '../../protocol/result.js'
import { spell } from './spelling.js'

type Examples = Readonly<Record<string, { summary: string; value: Record<string, unknown> }>>

/** What goes wrong between two servers, and what it looks like in a browser. */
const unhappyPaths = {
  RETRY: 'UNKNOWN_EXCEPTION three times, then SUCCESS: press Execute again',
  LOST: 'SUCCESS, but the first answer is lost: Chromium sends the call again by itself and shows attempt 2',
  SLOW: 'SUCCESS after 9 s, then after 7 s: the page waits, Alipay+ would have asked again',
  BADSIGN: 'SUCCESS with a wrong signature, then with a good one, where replies are signed',
}

/** For each result code, and for what goes wrong, the call that gets it from the shipped scenarios. */
export const requestExamples = examplesOf('mpp', (start) => ({
  ...sampleRequest,
  paymentRequestId: `${start}-${sampleRequest.paymentRequestId}`,
}))

const acqpRequestExamples = examplesOf('acqp', (start) => ({
  paymentRequestId: `${start}-${acqpSampleRequest.paymentRequestId}`,
}))

const amsRequestExamples = examplesOf('ams', (start) => ({ paymentId: `${start}-${amsSampleRequest.paymentId}` }))

function examplesOf(profile: CallProfile, requestFor: (start: string) => Record<string, unknown>): Examples {
  return Object.fromEntries([
    ...resultCodes.map((code) => {
      const { resultCode } = spell(resultOf(code), profile)
      return [resultCode, { summary: `${resultCode}, with the shipped scenarios`, value: requestFor(code) }]
    }),
    ...Object.entries(unhappyPaths).map(([start, what]) => [
      start,
      { summary: `${start}: ${what}`, value: requestFor(start) },
    ]),
  ])
}

/** The replies to those calls. */
function repliesOf(profile: CallProfile, fields: object): Examples {
  return Object.fromEntries(
    resultCodes.map((code) => {
      const result = spell(resultOf(code), profile)
      const value = { result, ...(result.resultStatus === 'S' ? fields : {}) }
      return [result.resultCode, { summary: result.resultCode, value }]
    }),
  )
}

const { acquirerId, pspId } = sampleRequest
const responseExamples = repliesOf('mpp', {})
const acqpResponseExamples = repliesOf('acqp', { pspId, acquirerId })
const amsResponseExamples = repliesOf('ams', {
  paymentId: `SUCCESS-${amsSampleRequest.paymentId}`,
  paymentRequestId: paymentRequestIdFor(`SUCCESS-${amsSampleRequest.paymentId}`),
  cancelTime: '2026-01-31T04:00:00+00:00',
})

const text = (description: string, example?: string) => ({
  type: 'string',
  description,
  ...(example === undefined ? {} : { examples: [example] }),
})

/** The schema of the n-th route of the APS paths, from 0, which is also its page in the OpenAPI document. */
export function cancelPaymentOperation(profile: Profile, index: number) {
  return { ...operations[profile], operationId: numbered('cancelPayment', index) }
}

/** The same for the n-th route of the official SDKs' cancel class. */
export function amsOperation(index: number) {
  return { ...operations.ams, operationId: numbered('cancel', index) }
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}${index + 1}`
}

const headers = {
  type: 'object',
  properties: {
    'Client-Id': text('Who calls. Echoed in the reply; rules can match it.', 'SANDBOX_5YC47N2ZQHJ004124'),
    'Request-Time': text('When the call was made, in any form.', '2026-01-31T12:00:00+08:00'),
    Signature: text('algorithm=RSA256,keyVersion=1,signature=<percent-encoded base64>'),
    'X-Sim-Namespace': text('The sandbox that the call is for, where its path cannot say so.'),
  },
}

function responseOf(schema: object, examples: Examples) {
  return {
    200: {
      description: 'Every result, S, F and U alike. Look at resultStatus, never at the HTTP status.',
      headers: {
        'X-Sim-Rule': text('The id of the rule that answered.', '10-result-codes/SUCCESS'),
        'X-Sim-Attempt': { type: 'integer', description: 'Counts the calls for this payment, from 1.' },
        'X-Sim-Replayed': { type: 'boolean', description: 'Whether the result was given before and is final.' },
        'X-Sim-Reason': text('Why this is the answer.', 'step 1 of 1'),
        'Client-Id': text('As it came.'),
        'Response-Time': text('ISO 8601 with an offset, in whole seconds.', '2026-01-31T04:00:00+00:00'),
        Signature: text('By the simulator, over this reply. Replies to signed calls have it, unless told otherwise.'),
      },
      content: { 'application/json': { schema, examples } },
    },
  }
}

const common = { tags: ['Payments'], headers }
const executable =
  'With the shipped scenarios each example below gets the result that it names; with others `POST /__admin/explain` ' +
  'says which rule would answer it, and why.'

/** The examples of two shapes on one path: those of acquirers are named after them. */
function either(mpp: Examples, acqp: Examples): Examples {
  const renamed = Object.entries(acqp).map(([code, { summary, value }]) => [
    `acquirer: ${code}`,
    { summary: `${summary}, to an acquirer`, value },
  ])
  return { ...mpp, ...Object.fromEntries(renamed) }
}

const operations = {
  mpp: {
    ...common,
    summary: 'Cancel a payment',
    description: `Alipay+ calls this on the MPP to cancel a payment. ${executable}`,
    body: { ...cancelPaymentRequestSchema, 'x-examples': requestExamples },
    response: responseOf(cancelPaymentResponseSchema, responseExamples),
  },
  acqp: {
    ...common,
    summary: 'Cancel a payment, as an acquirer',
    description: `An acquirer (ACQP) calls this on Alipay+ to cancel a payment. ${executable}`,
    body: { ...acqpCancelPaymentRequestSchema, 'x-examples': acqpRequestExamples },
    response: responseOf(acqpCancelPaymentResponseSchema, acqpResponseExamples),
  },
  all: {
    ...common,
    summary: 'Cancel a payment',
    description: `Alipay+ calls this on the MPP, or an acquirer (ACQP) on Alipay+: the body tells. ${executable}`,
    body: {
      title: 'AnyCancelPaymentRequest',
      anyOf: [cancelPaymentRequestSchema, acqpCancelPaymentRequestSchema],
      'x-examples': either(requestExamples, acqpRequestExamples),
    },
    response: responseOf(
      { anyOf: [cancelPaymentResponseSchema, acqpCancelPaymentResponseSchema] },
      either(responseExamples, acqpResponseExamples),
    ),
  },
  ams: {
    ...common,
    summary: 'Cancel a payment, with the cancel class of an official SDK',
    description: `An acquirer calls this on Alipay+, with AlipayPayCancelRequest of an official SDK. ${executable}`,
    body: { ...amsCancelRequestSchema, 'x-examples': amsRequestExamples },
    response: responseOf(amsCancelResponseSchema, amsResponseExamples),
  },
}
