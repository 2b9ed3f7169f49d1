import type { CallProfile } from '../../protocol/profile.js'
import { type Result, type ResultError, resultOf } from '../../protocol/result.js'
import type { ExpectDefinition, Fault, SignatureFlaw } from '../../scenarios/schema.js'
import { explainDecision, type TimedDecision } from '../../simulator/decision.js'
import type { ApiCall } from './call.js'
import { spell, spellingOf } from './spelling.js'

/** How an answer goes out. */
export interface Delivery {
  httpStatus: number
  /** How long the reply waits or, with the fault slow-body, how long its body takes; in milliseconds. */
  delayMs: number
  fault: Fault | undefined
  signature: SignatureFlaw | undefined
}

/** What a caller of the API is told, and why. */
export interface Answer {
  result: Result
  delivery: Delivery
  replayed: boolean
  /** In words, for people. */
  reason: string
  /** Where no rule matched, and where the call was refused before any rule was asked, there is none. */
  rule: string | undefined
  /** What the rule expects of the caller. */
  expect: ExpectDefinition | undefined
  /** Counted only for calls that were accepted. */
  attempt: number | undefined
  /** What was decided on; nothing where it was refused before. */
  call: ApiCall | undefined
  /** In whose words it is. */
  profile: CallProfile
  /** What the reply says beside the result, if anything. */
  fields: object | undefined
}

const plainDelivery: Delivery = { httpStatus: 200, delayMs: 0, fault: undefined, signature: undefined }

/** A refusal comes before the ledger: it has no rule and counts no attempt. */
export function toRefusal({ resultCode, reason }: ResultError, profile: CallProfile): Answer {
  return {
    result: spell(resultOf(resultCode), profile),
    delivery: plainDelivery,
    replayed: false,
    reason,
    rule: undefined,
    expect: undefined,
    attempt: undefined,
    call: undefined,
    profile,
    fields: undefined,
  }
}

const unknownResult = resultOf('UNKNOWN_EXCEPTION')

/** A lost request without a final result has no answer of its own: it is unknown. */
export function toAnswer(decision: TimedDecision, call: ApiCall): Answer {
  const { rule, step, delayMs, attempt, replayed, result: decided = unknownResult } = decision
  const { httpStatus, fault, signature } = step
  const { profile } = call
  const result = spell(decided, profile)
  return {
    result,
    delivery: { httpStatus, delayMs, fault, signature },
    replayed,
    reason:
      result === decided ? explainDecision(decision) : `${explainDecision(decision)}; ${spellingOf(decided, result)}`,
    rule: rule === undefined ? undefined : rule.id,
    expect: rule === undefined ? undefined : rule.definition.expect,
    attempt,
    call,
    profile,
    fields: result.resultStatus === 'S' ? call.replyFields?.(decision) : undefined,
  }
}

/** Results are few, and each is given many times. */
const envelopes = new WeakMap<Result, string>()

/** The body of a reply: the envelope, its keys in the order of the protocol, and what else belongs beside the result. */
export function renderEnvelope(result: Result, fields?: object): string {
  if (fields !== undefined) return JSON.stringify({ result, ...fields })
  const known = envelopes.get(result)
  if (known !== undefined) return known
  const { resultCode, resultStatus, resultMessage } = result
  const envelope = JSON.stringify({ result: { resultCode, resultStatus, resultMessage } })
  envelopes.set(result, envelope)
  return envelope
}
