import type { FromSchema } from 'json-schema-to-ts'
import { cancelPaymentResponseSchema } from '../protocol/cancel-payment.js'
import { faults, signatureFlaws } from '../scenarios/schema.js'
import type { JournalEntry } from './journal.js'
import { mainNamespace } from './store.js'

const text = { type: ['string', 'null'] } as const

/** A journal entry as people and programs read it. */
export const journalEntrySchema = {
  title: 'JournalEntry',
  type: 'object',
  properties: {
    id: { type: 'integer', description: 'Counts up from 1 in each namespace.' },
    at: { type: 'string', format: 'date-time', description: 'When the call arrived.' },
    namespace: { ...text, description: 'null: the one without a prefix.' },
    clientId: text,
    method: { type: 'string' },
    path: { type: 'string', description: 'The request target, with its query.' },
    headers: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'As received, with names in lower case; Signature and Authorization shortened.',
    },
    body: { ...text, description: 'As received; null where none was read.' },
    acquirerId: text,
    pspId: text,
    paymentRequestId: text,
    rule: { ...text, description: 'The id of the rule that answered.' },
    attempt: { type: ['integer', 'null'], description: 'null: refused before it was counted.' },
    replayed: { type: 'boolean' },
    result: cancelPaymentResponseSchema.properties.result,
    httpStatus: { type: 'integer' },
    fault: { type: ['string', 'null'], enum: [...faults, null] },
    signature: { type: ['string', 'null'], enum: [...signatureFlaws, null], description: 'What was done to it.' },
    delayMs: { type: 'number', description: 'How long the answer was held back.' },
    callerLeft: { type: 'boolean', description: 'Whether the caller was gone before the answer was ready.' },
    reason: { type: 'string', description: 'Why this is the answer.' },
    durationMs: { type: 'number', description: 'From arrival to the answer.' },
  },
  required: [
    'id',
    'at',
    'namespace',
    'clientId',
    'method',
    'path',
    'headers',
    'body',
    'acquirerId',
    'pspId',
    'paymentRequestId',
    'rule',
    'attempt',
    'replayed',
    'result',
    'httpStatus',
    'fault',
    'signature',
    'delayMs',
    'callerLeft',
    'reason',
    'durationMs',
  ],
  additionalProperties: false,
} as const

export type JournalView = FromSchema<typeof journalEntrySchema>

/** An entry in full, its secrets shortened. */
export function viewEntry(entry: JournalEntry, namespace: string): JournalView {
  const { id, at, method, path, replayed, result, httpStatus, delayMs, callerLeft, reason, durationMs } = entry
  return {
    id,
    at: new Date(at).toISOString(),
    namespace: namespace === mainNamespace ? null : namespace,
    clientId: entry.clientId ?? null,
    method,
    path,
    headers: viewHeaders(entry.headers),
    body: entry.body ?? null,
    acquirerId: entry.acquirerId ?? null,
    pspId: entry.pspId ?? null,
    paymentRequestId: entry.paymentRequestId ?? null,
    rule: entry.rule ?? null,
    attempt: entry.attempt ?? null,
    replayed,
    result: { ...result },
    httpStatus,
    fault: entry.fault ?? null,
    signature: entry.signature ?? null,
    delayMs,
    callerLeft,
    reason,
    durationMs: Math.round(durationMs * 1000) / 1000,
  }
}

function viewHeaders(headers: readonly string[]): Record<string, string> {
  const view = new Map<string, string>()
  let name = ''
  headers.forEach((text, index) => {
    if (index % 2 === 0) {
      name = text.toLowerCase()
      return
    }
    const earlier = view.get(name)
    const value = shorten(name, text)
    view.set(name, earlier === undefined ? value : `${earlier}, ${value}`)
  })
  return Object.fromEntries(view)
}

const shownSignature = 56

function shorten(name: string, value: string): string {
  if (name === 'authorization') return `${value.split(' ', 1)[0]} ...`
  return name === 'signature' && value.length > shownSignature ? `${value.slice(0, shownSignature)}...` : value
}
