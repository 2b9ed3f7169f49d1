import { type AnyResultCode, resultOf } from '../../src/protocol/result.js'
import { paymentOf } from './payment.js'
import type { Call, Result, RuleDefinition, StepDefinition, StepFields } from './types.js'

const maxName = 128

/** Rules that answer the payments of these calls as they were answered. Calls that no rule took are left out. */
export function rulesFrom(calls: readonly Call[]): RuleDefinition[] {
  const byPayment = new Map<string, Call[]>()
  for (const call of calls) {
    const payment = paymentOf(call)
    if (payment === undefined || call.attempt === null) continue
    const known = byPayment.get(payment.id)
    if (known === undefined) byPayment.set(payment.id, [call])
    else known.push(call)
  }
  const names = new Set<string>()
  return [...byPayment].map(([id, answered]) => ({
    name: uniqueName(id, names),
    // Rules try this pattern on either id.
    match: { paymentRequestId: exactly(id) },
    reply: replyOf(answered.sort((a, b) => a.id - b.id)),
  }))
}

function uniqueName(id: string, taken: Set<string>): string {
  const base = id.slice(0, maxName - 8)
  let name = base
  for (let n = 2; taken.has(name); n++) name = `${base} ${n}`
  taken.add(name)
  return name
}

function replyOf(calls: readonly Call[]): StepDefinition | StepDefinition[] {
  const steps: StepDefinition[] = []
  for (const call of calls) {
    const step = stepOf(call)
    const last = steps.at(-1)
    if (last === undefined || !isSame(last, step)) steps.push(step)
    else steps[steps.length - 1] = again(last)
  }
  // The last step repeats by itself.
  const last = steps.pop()
  if (last === undefined) return 'SUCCESS'
  const { times: _, ...once } = fieldsOf(last)
  const closing = simplest(once)
  return steps.length === 0 ? closing : [...steps, closing]
}

function stepOf({ result, delayMs, fault, httpStatus, signature }: Call): StepDefinition {
  const resultMessage = messageOf(result)
  return simplest({
    resultCode: spelt(result.resultCode),
    ...(resultMessage !== undefined && { resultMessage }),
    ...(delayMs > 0 && { delay: `${Math.round(delayMs)}ms` }),
    ...(fault !== null && { fault }),
    ...(httpStatus !== 200 && { httpStatus }),
    ...(signature !== null && { signature }),
  })
}

/** The message of a result, where it is not that of its code. */
export function messageOf({ resultCode, resultMessage }: Result): string | undefined {
  return resultMessage === resultOf(resultCode as AnyResultCode).resultMessage ? undefined : resultMessage
}

/** The code as rules have it: only replies of AMS say CLIENT_INVALID. */
export function spelt(resultCode: string): string {
  return resultCode === 'CLIENT_INVALID' ? 'INVALID_CLIENT' : resultCode
}

function simplest(step: StepFields): StepDefinition {
  const { resultCode, ...others } = step
  return resultCode !== undefined && Object.keys(others).length === 0 ? resultCode : step
}

function fieldsOf(step: StepDefinition): StepFields {
  return typeof step === 'string' ? { resultCode: step } : step
}

function isSame(a: StepDefinition, b: StepDefinition): boolean {
  const { times: _a, ...one } = fieldsOf(a)
  const { times: _b, ...other } = fieldsOf(b)
  return JSON.stringify(one) === JSON.stringify(other)
}

function again(step: StepDefinition): StepDefinition {
  const { times = 1, ...others } = fieldsOf(step)
  return { ...others, times: times + 1 }
}

/** A pattern that matches the text and no other. */
export function exactly(text: string): string {
  if (text.startsWith('/')) return `/^${text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$/`
  return /[*?]/.test(text) ? text.replaceAll(/[*?\\]/g, '\\$&') : text
}
