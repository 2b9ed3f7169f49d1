import { type JournalEntry, paymentKeyOf } from '../journal.js'

/** The calls for one payment, under the id that the first of them counts by. */
export interface PaymentCalls {
  id: string
  calls: JournalEntry[]
}

/** Groups calls by payment. Ids that an accepted call names together are one payment, as in the ledger. */
export function groupByPayment(entries: readonly JournalEntry[]): PaymentCalls[] {
  const groups = new Map<string, PaymentCalls>()
  for (const entry of entries) {
    const id = paymentKeyOf(entry)
    if (id === undefined) continue
    const group = groups.get(id) ?? { id, calls: [] }
    group.calls.push(entry)
    groups.set(id, group)
    if (entry.attempt !== undefined) for (const each of idsOf(entry)) join(groups, group, each)
  }
  return [...new Set(groups.values())]
}

function idsOf({ profile, paymentRequestId, paymentId }: JournalEntry): string[] {
  const ids = profile === 'mpp' ? [] : [paymentRequestId, paymentId]
  return ids.filter((id) => id !== undefined)
}

/** Makes an id lead to a group, and with it all that were in the group that it led to. */
function join(groups: Map<string, PaymentCalls>, group: PaymentCalls, id: string): void {
  const other = groups.get(id)
  groups.set(id, group)
  if (other === undefined || other === group) return
  for (const call of other.calls) group.calls.push(call)
  for (const [each, led] of groups) if (led === other) groups.set(each, group)
}
