import {
  cancelPaymentRequestSchema,
  cancelPaymentResponseSchema,
  sampleRequest,
} from '../../protocol/cancel-payment.js'
import { type ResultCode, resultCodes, resultOf } from '../../protocol/result.js'

/** For each result code the call that gets it from the shipped scenarios. */
export const requestExamples = Object.fromEntries(
  resultCodes.map((code) => [code, { summary: `answers ${code}`, value: requestFor(code) }]),
)

function requestFor(code: ResultCode) {
  return { ...sampleRequest, paymentRequestId: `${code}-${sampleRequest.paymentRequestId}` }
}

const responseExamples = Object.fromEntries(
  resultCodes.map((code) => [code, { summary: code, value: { result: resultOf(code) } }]),
)

const text = (description: string, example?: string) => ({
  type: 'string',
  description,
  ...(example === undefined ? {} : { examples: [example] }),
})

/** The schema of the n-th route, from 0, which is also its page in the OpenAPI document. */
export function cancelPaymentOperation(index: number) {
  return { ...operation, operationId: index === 0 ? 'cancelPayment' : `cancelPayment${index + 1}` }
}

const operation = {
  tags: ['Payments'],
  summary: 'Cancel a payment',
  description:
    'Alipay+ calls this on the MPP to cancel a payment. With the shipped scenarios, each example below gets the result that it names.',
  headers: {
    type: 'object',
    properties: {
      'Client-Id': text('Who calls. Echoed in the reply; rules can match it.', 'SANDBOX_5YC47N2ZQHJ004124'),
      'Request-Time': text('When the call was made, in any form.', '2026-01-31T12:00:00+08:00'),
      Signature: text('algorithm=RSA256,keyVersion=1,signature=<percent-encoded base64>'),
    },
  },
  body: { ...cancelPaymentRequestSchema, 'x-examples': requestExamples },
  response: {
    200: {
      description: 'Every result, S, F and U alike. Look at resultStatus, never at the HTTP status.',
      headers: {
        'Response-Time': text('ISO 8601 with an offset, in whole seconds.', '2026-01-31T04:00:00+00:00'),
        'Client-Id': text('As it came.'),
        Signature: text('By the simulator, over this reply. Replies to signed calls have it, unless told otherwise.'),
        'X-Sim-Rule': text('The id of the rule that answered.', '10-result-codes/SUCCESS'),
        'X-Sim-Attempt': { type: 'integer', description: 'Counts the calls for this paymentRequestId, from 1.' },
        'X-Sim-Replayed': { type: 'boolean', description: 'Whether the result was given before and is final.' },
        'X-Sim-Reason': text('Why this is the answer.', 'step 1 of 1'),
      },
      content: { 'application/json': { schema: cancelPaymentResponseSchema, examples: responseExamples } },
    },
  },
}
