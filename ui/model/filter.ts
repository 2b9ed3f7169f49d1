import { type MarkKind, marksOf } from './marks.js'
import type { Call, ResultStatus } from './types.js'

/** Which calls are wanted. An empty list wants all. */
export interface Filter {
  text: string
  statuses: readonly ResultStatus[]
  marks: readonly MarkKind[]
}

export const noFilter: Filter = { text: '', statuses: [], marks: [] }

export function isFiltering({ text, statuses, marks }: Filter): boolean {
  return text.trim() !== '' || statuses.length + marks.length > 0
}

/** Every word of the text has to stand somewhere in the call. */
export function passes(call: Call, { text, statuses, marks }: Filter): boolean {
  if (statuses.length > 0 && !statuses.includes(call.result.resultStatus)) return false
  if (marks.length > 0 && !marksOf(call).some(({ kind }) => marks.includes(kind))) return false
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const haystack = textsOf(call).join('\n').toLowerCase()
  return words.every((word) => haystack.includes(word))
}

function textsOf(call: Call): string[] {
  const { result, reason, path, fault } = call
  const { paymentRequestId, paymentId, rule, clientId, acquirerId, pspId, profile } = call
  const texts = [paymentRequestId, paymentId, rule, clientId, acquirerId, pspId, profile, fault]
  return [result.resultCode, reason, path, ...texts.flatMap((text) => text ?? [])]
}

/** The list with the item added or, where it was in it, without. */
export function toggled<T>(list: readonly T[], item: T): T[] {
  return list.includes(item) ? list.filter((each) => each !== item) : [...list, item]
}
