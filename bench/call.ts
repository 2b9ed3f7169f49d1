import { cancelPaymentPaths, sampleRequest } from '../src/protocol/cancel-payment.js'
import { resultOf } from '../src/protocol/result.js'
import { lastRulePrefix } from './rules.js'

/** The call that all servers are sent. */
export const path = cancelPaymentPaths[0]
export const clientId = 'SANDBOX_5YC47N2ZQHJ004124'
export const headers = { 'content-type': 'application/json; charset=UTF-8', 'client-id': clientId }

export function body(id: string): string {
  return JSON.stringify({ ...sampleRequest, paymentRequestId: `${lastRulePrefix}${id}` })
}

/** The body of every reply; another one is a failure. */
export const expectedReply = JSON.stringify({ result: resultOf('SUCCESS') })
