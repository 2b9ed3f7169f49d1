/** S: done. F: refused for good. U: unknown, so the caller asks again. */
export type ResultStatus = 'S' | 'F' | 'U'

const table = {
  SUCCESS: ['S', 'Success'],
  ACCESS_DENIED: ['F', 'Access is denied.'],
  CANCEL_WINDOW_EXCEED: ['F', 'Exceed Cancel window.'],
  INVALID_CLIENT: ['F', 'The client is invalid.'],
  INVALID_SIGNATURE: ['F', 'The signature is invalid.'],
  KEY_NOT_FOUND: ['F', 'The key is not found.'],
  MEDIA_TYPE_NOT_ACCEPTABLE: ['F', 'The server does not implement the media type that is acceptable to the client.'],
  METHOD_NOT_SUPPORTED: ['F', 'The server does not implement the requested HTTPS method.'],
  NO_INTERFACE_DEF: ['F', 'API is not defined.'],
  PARAM_ILLEGAL: ['F', 'Illegal parameters. For example, non-numeric input, invalid date.'],
  PROCESS_FAIL: ['F', 'A general business failure occurred. Do not retry.'],
  REQUEST_TRAFFIC_EXCEED_LIMIT: ['U', 'The request traffic exceeds the limit.'],
  UNKNOWN_EXCEPTION: ['U', 'An API call failed, which is caused by unknown reasons.'],
} as const satisfies Record<string, readonly [ResultStatus, string]>

/** What AMS, which only acquirers call, says beside them. */
const amsTable = {
  CLIENT_INVALID: table.INVALID_CLIENT,
  ORDER_NOT_EXIST: ['F', 'The order does not exist.'],
} as const satisfies Record<string, readonly [ResultStatus, string]>

const wholeTable = { ...table, ...amsTable }

/** One of the 13 codes of cancelPayment: SUCCESS, ACCESS_DENIED, CANCEL_WINDOW_EXCEED, ... as in `resultCodes`. */
export type ResultCode = keyof typeof table

/** A code that rules can answer with: one of the 13, or ORDER_NOT_EXIST, which only callers of AMS are told. */
export type RuleResultCode = ResultCode | 'ORDER_NOT_EXIST'

/** A code that a reply can have: one of the 13 or, in replies of AMS, CLIENT_INVALID and ORDER_NOT_EXIST. */
export type AnyResultCode = keyof typeof wholeTable

/** The 13 result codes of cancelPayment, in the order of the Alipay+ table. */
export const resultCodes = Object.keys(table) as [ResultCode, ...ResultCode[]]

export const ruleResultCodes: readonly [RuleResultCode, ...RuleResultCode[]] = [...resultCodes, 'ORDER_NOT_EXIST']

export const anyResultCodes = Object.keys(wholeTable) as [AnyResultCode, ...AnyResultCode[]]

/** What a reply says about the payment. The keys stand in the order in which they are sent. */
export interface Result {
  readonly resultCode: AnyResultCode
  readonly resultStatus: ResultStatus
  readonly resultMessage: string
}

export const maxResultMessageLength = 256

/** The result for a code: its status always, its message unless another one is given. */
export function resultOf(resultCode: AnyResultCode, resultMessage: string = wholeTable[resultCode][1]): Result {
  return { resultCode, resultStatus: wholeTable[resultCode][0], resultMessage }
}

/** S and F are final for a paymentRequestId; after U the caller asks again. */
export function isFinal(result: Result): boolean {
  return result.resultStatus !== 'U'
}

/** A refusal before the business step. It says nothing about the payment, so nobody remembers it. */
export class ResultError extends Error {
  readonly resultCode: ResultCode
  /** What exactly was wrong, for people: the resultMessage is always the table's. */
  readonly reason: string

  constructor(resultCode: ResultCode, { reason, cause }: { reason: string; cause?: unknown }) {
    super(`${resultCode}: ${reason}`, { cause })
    this.name = 'ResultError'
    this.resultCode = resultCode
    this.reason = reason
  }
}
