import { Ajv } from 'ajv'
import t from 'tap'
import {
  cancelPaymentPaths,
  cancelPaymentRequestSchema,
  cancelPaymentResponseSchema,
  sampleRequest,
} from '../../src/protocol/cancel-payment.js'
import { formatResponseTime, headerText } from '../../src/protocol/headers.js'
import { isFinal, ResultError, resultCodes, resultOf } from '../../src/protocol/result.js'

/** As the API page of Alipay+ gives it, copied by hand: it judges the table of the code. */
const alipayTable = `
| SUCCESS | S | Success |
| ACCESS_DENIED | F | Access is denied. |
| CANCEL_WINDOW_EXCEED | F | Exceed Cancel window. |
| INVALID_CLIENT | F | The client is invalid. |
| INVALID_SIGNATURE | F | The signature is invalid. |
| KEY_NOT_FOUND | F | The key is not found. |
| MEDIA_TYPE_NOT_ACCEPTABLE | F | The server does not implement the media type that is acceptable to the client. |
| METHOD_NOT_SUPPORTED | F | The server does not implement the requested HTTPS method. |
| NO_INTERFACE_DEF | F | API is not defined. |
| PARAM_ILLEGAL | F | Illegal parameters. For example, non-numeric input, invalid date. |
| PROCESS_FAIL | F | A general business failure occurred. Do not retry. |
| REQUEST_TRAFFIC_EXCEED_LIMIT | U | The request traffic exceeds the limit. |
| UNKNOWN_EXCEPTION | U | An API call failed, which is caused by unknown reasons. |
`

t.test('results', async (t) => {
  t.test('every code has the status and the message of the Alipay+ table, in its order', async (t) => {
    const rows = resultCodes.map((code) => {
      const { resultCode, resultStatus, resultMessage } = resultOf(code)
      return `| ${resultCode} | ${resultStatus} | ${resultMessage} |`
    })
    t.equal(`\n${rows.join('\n')}\n`, alipayTable)
  })

  t.test('the keys of a result stand in the order in which they are sent', async (t) => {
    t.same(Object.keys(resultOf('PROCESS_FAIL', 'x')), ['resultCode', 'resultStatus', 'resultMessage'])
  })

  t.test('another message changes neither code nor status', async (t) => {
    const result = resultOf('PROCESS_FAIL', 'Account closed by wallet')
    t.same(result, { resultCode: 'PROCESS_FAIL', resultStatus: 'F', resultMessage: 'Account closed by wallet' })
  })

  t.test('S and F are final, U is not', async (t) => {
    const open = resultCodes.filter((code) => !isFinal(resultOf(code)))
    t.same(open, ['REQUEST_TRAFFIC_EXCEED_LIMIT', 'UNKNOWN_EXCEPTION'])
  })

  t.test('a refusal carries its code, its reason and its cause', async (t) => {
    const cause = new Error('deeper')
    const error = new ResultError('PARAM_ILLEGAL', { reason: 'the body is empty', cause })
    t.match(error, {
      name: 'ResultError',
      message: 'PARAM_ILLEGAL: the body is empty',
      resultCode: 'PARAM_ILLEGAL',
      reason: 'the body is empty',
      cause,
    })
  })
})

t.test('cancelPayment', async (t) => {
  const ajv = new Ajv({ allErrors: true })
  const isRequest = ajv.compile(cancelPaymentRequestSchema)
  const isResponse = ajv.compile(cancelPaymentResponseSchema)

  t.test('has the path of Alipay+ and the short one', async (t) => {
    t.same(cancelPaymentPaths, ['/aps/api/v1/payments/cancelPayment', '/v1/payments/cancelPayment'])
  })

  t.test('takes the sample of the documentation, and fields that it does not know', async (t) => {
    t.ok(isRequest(sampleRequest))
    t.ok(isRequest({ ...sampleRequest, extendInfo: null }))
  })

  for (const field of ['acquirerId', 'pspId', 'paymentRequestId']) {
    t.test(`takes a ${field} of 1 to 64 characters, and nothing but text`, async (t) => {
      for (const good of ['a', ' ', 'a'.repeat(64), '\u{1f600}'.repeat(64)])
        t.ok(isRequest({ ...sampleRequest, [field]: good }), good)
      for (const bad of ['', 'a'.repeat(65), 1, null, true, ['a'], { a: 1 }, undefined])
        t.notOk(isRequest({ ...sampleRequest, [field]: bad }), JSON.stringify(bad))
    })
  }

  t.test('answers with every result of the table', async (t) => {
    for (const code of resultCodes) t.ok(isResponse({ result: resultOf(code) }), code)
    t.notOk(isResponse({ result: { resultCode: 'SUCCESS' } }))
    t.notOk(isResponse({ result: resultOf('SUCCESS', 'a'.repeat(257)) }))
  })
})

t.test('headers', async (t) => {
  t.test('Response-Time is ISO 8601 with an offset, in whole seconds', async (t) => {
    t.equal(formatResponseTime(Date.UTC(2026, 0, 31, 23, 59, 59, 999)), '2026-01-31T23:59:59+00:00')
    t.equal(formatResponseTime(0), '1970-01-01T00:00:00+00:00')
  })

  t.test('text becomes a legal header value, with what is not printable ASCII escaped as in JSON', async (t) => {
    t.equal(headerText('step 1 of 2'), 'step 1 of 2')
    t.equal(headerText('a\r\nSet-Cookie: b\t\0'), 'a\\u000d\\nSet-Cookie: b\\u0009\\u0000')
    t.equal(headerText('é\u{1f600}'), '\\u00e9\\ud83d\\ude00')
  })

  t.test('a header value ends after 2 KiB, and says so', async (t) => {
    t.equal(headerText('a'.repeat(2048)), 'a'.repeat(2048))
    t.equal(headerText('a'.repeat(2049)), `${'a'.repeat(2045)}...`)
    t.equal(headerText('é'.repeat(2048)).length, 2048)
  })
})
