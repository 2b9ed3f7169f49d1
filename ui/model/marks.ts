import type { Call } from './types.js'

export type MarkKind = 'lost' | 'delayed' | 'replayed' | 'refused' | 'unsigned'

/** What sets a call apart from a plain answer. */
export interface Mark {
  kind: MarkKind
  label: string
}

export const markKinds: readonly MarkKind[] = ['lost', 'delayed', 'replayed', 'refused', 'unsigned']

export function marksOf(call: Call): Mark[] {
  const marks: Mark[] = []
  const loss = lossOf(call)
  if (call.attempt === null) marks.push({ kind: 'refused', label: 'refused' })
  if (loss !== undefined) marks.push({ kind: 'lost', label: `lost: ${loss}` })
  if (call.delayMs > 0) marks.push({ kind: 'delayed', label: `${delayWord(call)} ${duration(call.delayMs)}` })
  if (call.signature !== null) marks.push({ kind: 'unsigned', label: `signature ${call.signature}` })
  if (call.replayed) marks.push({ kind: 'replayed', label: 'replayed' })
  return marks
}

function delayWord({ fault }: Call): string {
  return fault === 'slow-body' ? 'slow body' : 'delayed'
}

/** Why the answer cannot have reached the caller, in a word; nothing where it can. */
export function lossOf({ callerLeft, fault, httpStatus }: Call): string | undefined {
  if (fault !== null && fault !== 'slow-body') return fault
  if (callerLeft) return 'caller left'
  return httpStatus === 200 ? undefined : `HTTP ${httpStatus}`
}

/** Milliseconds for people: `0.4 ms`, `250 ms`, `9 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${round(milliseconds / 1000, 2)} s`
  return `${round(milliseconds, milliseconds < 10 ? 1 : 0)} ms`
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
