import { styleText } from 'node:util'
import type { ResultStatus } from '../protocol/result.js'
import { visibleText } from './visible-text.js'

/** What a line about a call needs to know: a journal entry as JSON and a line of the log have all of it. */
export interface LoggedCall {
  resultStatus: ResultStatus
  resultCode: string
  paymentRequestId?: string | null | undefined
  paymentId?: string | null | undefined
  rule?: string | null | undefined
  attempt?: number | null | undefined
  reason: string
  httpStatus: number
  delayMs: number
  fault?: string | null | undefined
  signature?: string | null | undefined
  callerLeft?: boolean | undefined
}

const colours = { S: 'green', F: 'red', U: 'yellow' } as const

/** As long as the codes that are seen most. */
const codeWidth = 20

/**
 * A call on one line: `12:00:00.000 S SUCCESS  RETRY-1 #4 10-retries/slow step 2 of 2; delayed 300 ms`. `time` is
 * ISO 8601; it is shown in UTC.
 */
export function callLine(time: string, call: LoggedCall, { coloured }: { coloured: boolean }): string {
  const { resultStatus, resultCode, paymentRequestId, paymentId, rule, attempt } = call
  const result = `${resultStatus} ${resultCode.padEnd(codeWidth)}`
  return [
    time.slice(11, 23),
    coloured ? styleText(colours[resultStatus], result, { validateStream: false }) : result,
    plainText(paymentRequestId ?? paymentId ?? '-'),
    ...(attempt === undefined || attempt === null ? [] : [`#${attempt}`]),
    plainText(rule ?? '-'),
    [...notes(call)].join('; '),
  ].join(' ')
}

function* notes({ reason, fault, callerLeft, httpStatus, delayMs, signature }: LoggedCall): Generator<string> {
  const loss = lossOf({ fault, callerLeft })
  if (loss !== undefined) yield `not answered: ${loss}`
  yield visibleText(reason)
  if (httpStatus !== 200) yield `HTTP ${httpStatus}`
  if (fault === 'slow-body') yield `slow body, ${Math.round(delayMs)} ms`
  else if (delayMs > 0) yield `delayed ${Math.round(delayMs)} ms`
  if (typeof signature === 'string') yield `signature ${signature}`
}

/** Why the caller got nothing that it can use, in a word; nothing where it got an answer. */
export function lossOf({ fault, callerLeft }: Pick<LoggedCall, 'fault' | 'callerLeft'>): string | undefined {
  if (typeof fault === 'string' && fault !== 'slow-body') return fault
  return callerLeft ? 'the caller had left' : undefined
}

/** Text that could be taken for two values, or that a terminal would obey, is put in quotes. */
export function plainText(value: unknown): string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : visibleText(JSON.stringify(value))
}
