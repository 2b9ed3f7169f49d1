import {
  cancelPaymentRequestSchema,
  cancelPaymentResponseSchema,
  sampleRequest,
} from '../../protocol/cancel-payment.js'
import { resultCodes, resultOf } from '../../protocol/result.js'

/** What goes wrong between two servers, and what it looks like in a browser. */
const unhappyPaths = {
  RETRY: 'UNKNOWN_EXCEPTION three times, then SUCCESS: press Execute again',
  LOST: 'SUCCESS, but the first answer is lost: Chromium sends the call again by itself and shows attempt 2',
  SLOW: 'SUCCESS after 9 s, then after 7 s: the page waits, Alipay+ would have asked again',
  BADSIGN: 'SUCCESS with a wrong signature, then with a good one, where replies are signed',
}

/** For each result code, and for what goes wrong, the call that gets it from the shipped scenarios. */
export const requestExamples = Object.fromEntries([
  ...resultCodes.map((code) => [code, exampleOf(code, `${code}, with the shipped scenarios`)]),
  ...Object.entries(unhappyPaths).map(([start, what]) => [start, exampleOf(start, `${start}: ${what}`)]),
])

function exampleOf(start: string, summary: string) {
  const value = { ...sampleRequest, paymentRequestId: `${start}-${sampleRequest.paymentRequestId}` }
  return { summary, value }
}

const responseExamples = Object.fromEntries(
  resultCodes.map((code) => [code, { summary: code, value: { result: resultOf(code) } }]),
)

const text = (description: string, example?: string) => ({
  type: 'string',
  description,
  ...(example === undefined ? {} : { examples: [example] }),
})

/** The schema of the route with this index, which is also its OpenAPI operation. */
export function cancelPaymentOperation(index: number) {
  return { ...operation, operationId: index === 0 ? 'cancelPayment' : `cancelPayment${index + 1}` }
}

const operation = {
  tags: ['Payments'],
  summary: 'Cancel a payment',
  description:
    'Alipay+ calls this on the MPP to cancel a payment. With the shipped scenarios each example below gets the result that it names; with others ' +
    '`POST /__admin/explain` says which rule would answer it, and why.',
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
