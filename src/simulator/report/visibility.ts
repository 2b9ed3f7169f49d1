import { canArriveIntact } from '../../scenarios/intact.js'
import type { JournalEntry } from '../journal.js'

/** How long Alipay+ waits for an answer to cancelPayment, in milliseconds, before it asks again. */
export const callerPatience = 8000

/**
 * What the caller saw of an answer: `seen`, all of it; `lost`, nothing that it may use; `unsure`, it depends on the
 * caller, such as on its timeout.
 */
export type Visibility = 'seen' | 'unsure' | 'lost'

export function visibilityOf(entry: JournalEntry): Visibility {
  const { fault, callerLeft, signature, delayMs } = entry
  if (callerLeft || !canArriveIntact(entry)) return 'lost'
  // A caller that signs requests also checks replies; of others it is not known.
  if (signature !== undefined) return isSigned(entry) ? 'lost' : 'unsure'
  return fault === 'slow-body' || delayMs >= callerPatience ? 'unsure' : 'seen'
}

function isSigned({ headers }: JournalEntry): boolean {
  return headers.some((text, index) => index % 2 === 0 && text.toLowerCase() === 'signature')
}

/** When the caller was answered, in epoch milliseconds; `undefined` if only the caller knows. */
export function answeredAt({ at, durationMs, fault, callerLeft }: JournalEntry): number | undefined {
  return callerLeft || fault === 'no-reply' || fault === 'slow-body' ? undefined : at + durationMs
}

/** When the caller had its answer or stopped waiting for it, in epoch milliseconds; nothing where it may still wait. */
export function endedAt(entry: JournalEntry): number | undefined {
  const { at, durationMs, delayMs, fault, callerLeft, heldMs } = entry
  if (callerLeft && heldMs !== undefined) return at + heldMs
  return fault === 'slow-body' ? at + durationMs + delayMs : answeredAt(entry)
}
