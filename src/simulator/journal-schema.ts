import type { FromSchema } from 'json-schema-to-ts'
import { resultSchema } from '../protocol/envelope.js'
import { callProfiles } from '../protocol/profile.js'
import { anyResultCodes } from '../protocol/result.js'
import { faults, signatureFlaws } from '../scenarios/schema.js'

const text = { type: ['string', 'null'] } as const

/** The fields of a journal entry, in order. Add a field here; types and view follow from it. */
const fields = {
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
  profile: {
    type: 'string',
    enum: callProfiles,
    description: 'Who calls: Alipay+ (mpp), or an acquirer by the APS path (acqp) or an AMS path (ams).',
  },
  acquirerId: text,
  pspId: text,
  paymentRequestId: text,
  paymentId: { ...text, description: 'Only acquirers name one.' },
  rule: { ...text, description: 'The id of the rule that answered.' },
  attempt: { type: ['integer', 'null'], description: 'null: refused before it was counted.' },
  replayed: { type: 'boolean' },
  result: resultSchema(anyResultCodes),
  httpStatus: { type: 'integer' },
  fault: { type: ['string', 'null'], enum: [...faults, null] },
  signature: { type: ['string', 'null'], enum: [...signatureFlaws, null], description: 'What was done to it.' },
  delayMs: { type: 'number', description: 'How long the answer was held back.' },
  callerLeft: { type: 'boolean', description: 'Whether the caller closed the connection before it had the answer.' },
  heldMs: {
    type: ['number', 'null'],
    description:
      'For how long the caller is known to have waited without the answer: noted when it leaves, and after 30 s.',
  },
  reason: { type: 'string', description: 'Why this is the answer.' },
  durationMs: { type: 'number', description: 'From arrival to the answer.' },
} as const

/** The names of all fields. */
export const journalFields = Object.keys(fields) as readonly (keyof typeof fields)[]

/** A journal entry as people and programs read it. */
export const journalEntrySchema = {
  title: 'JournalEntry',
  type: 'object',
  properties: fields,
  required: journalFields,
  additionalProperties: false,
} as const

export type JournalView = Required<
  FromSchema<Pick<typeof journalEntrySchema, 'type' | 'properties' | 'additionalProperties'>>
>
