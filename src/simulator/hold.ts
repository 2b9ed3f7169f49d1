import type { Fault } from '../scenarios/schema.js'

/** Whether a reply with this fault keeps its caller waiting after its journal entry is written. */
export function isHeld(fault: Fault | undefined): fault is 'no-reply' | 'slow-body' {
  return fault === 'no-reply' || fault === 'slow-body'
}
