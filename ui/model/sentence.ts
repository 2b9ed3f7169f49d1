import { duration, lossOf } from './marks.js'
import type { Call } from './types.js'

/** How long Alipay+ waits for an answer, in milliseconds. */
const patience = 8000

/** Why a call got its answer, and what became of that answer, for people. */
export function sentenceOf(call: Call): string {
  return [causeOf(call), ...fateOf(call)].join(' ')
}

/** The same in short, for where rule, attempt and code stand beside it. */
export function briefOf(call: Call): string {
  return [briefCauseOf(call), ...fateOf(call)].join(' ')
}

function briefCauseOf({ attempt, rule, replayed, reason, result }: Call): string {
  if (attempt === null) return `Refused: ${reason}.`
  if (replayed) return `${result.resultCode} was final already, so it is replayed.`
  return rule === null ? 'No rule matches.' : `The rule’s ${stepText(reason)}.`
}

function stepText(reason: string): string {
  return reason === 'step 1 of 1' ? 'only step' : reason
}

function causeOf({ attempt, rule, replayed, reason, result }: Call): string {
  const code = result.resultCode
  if (attempt === null) return `Refused before any rule was asked: ${reason}.`
  if (replayed) return `${takenBy(rule, attempt)}; ${code} was final by then, so it is replayed.`
  if (rule === null) return `${takenBy(rule, attempt)}, so the answer is ${code}.`
  return `${takenBy(rule, attempt)}: ${reason === 'step 1 of 1' ? 'its only step' : reason} says ${code}.`
}

function takenBy(rule: string | null, attempt: number): string {
  return rule === null ? `No rule matches attempt ${attempt}` : `“${rule}” took attempt ${attempt}`
}

function fateOf(call: Call): string[] {
  const { delayMs, fault, signature } = call
  const fates: string[] = []
  const isLate = delayMs >= patience ? ', longer than the 8 s that Alipay+ waits' : ''
  if (delayMs > 0 && fault === 'slow-body') fates.push(`Its body took ${duration(delayMs)}${isLate}.`)
  else if (delayMs > 0) fates.push(`It was held back for ${duration(delayMs)}${isLate}.`)
  if (signature !== null)
    fates.push(signature === 'missing' ? 'Its signature was left out.' : 'Its signature was spoiled.')
  const loss = lossOf(call)
  if (loss !== undefined) fates.push(`The caller never got it: ${lossWords[loss] ?? `it came as ${loss}`}.`)
  return fates
}

const lossWords: Record<string, string> = {
  'caller left': 'it had hung up before',
  'connection-reset': 'the connection was reset',
  'empty-reply': 'the connection was closed without a byte',
  'no-reply': 'the connection was held without a reply',
  'malformed-json': 'the body was not JSON',
  'missing-status': 'the body had no resultStatus',
  'truncated-body': 'the body broke off',
}
