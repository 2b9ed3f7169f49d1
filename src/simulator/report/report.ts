import type { FromSchema } from 'json-schema-to-ts'
import { type ResultCode, resultCodes, resultOf } from '../../protocol/result.js'
import type { JournalEntry } from '../journal.js'
import { judgeCalls, type VerdictKind, type Violation, verdictKinds } from './verdicts.js'
import { visibilityOf } from './visibility.js'

const count = { type: 'integer', minimum: 0 } as const

const verdictSchema = {
  title: 'Verdict',
  type: 'object',
  required: ['verdict', 'paymentRequestId', 'message', 'entries', 'unsure'],
  additionalProperties: false,
  properties: {
    verdict: { type: 'string', enum: verdictKinds },
    paymentRequestId: { type: 'string' },
    message: { type: 'string', description: 'What happened, in words.' },
    entries: { type: 'array', items: { type: 'integer' }, description: 'Ids of the journal entries that show it.' },
    unsure: {
      type: 'boolean',
      description: 'Whether calls that the journal no longer knows may show that it was not so.',
    },
  },
} as const

export type Verdict = FromSchema<typeof verdictSchema>

const codeSchema = {
  type: 'object',
  required: ['resultStatus', 'plain', 'delayed', 'lost', 'badSignature'],
  additionalProperties: false,
  properties: {
    resultStatus: { type: 'string', enum: ['S', 'F', 'U'] },
    plain: { ...count, description: 'At once, and intact.' },
    delayed: { ...count, description: 'Late, and intact.' },
    lost: { ...count, description: 'The caller cannot have had it.' },
    badSignature: { ...count, description: 'With a wrong signature, or without one.' },
  },
} as const

export const reportSchema = {
  title: 'Report',
  type: 'object',
  required: ['calls', 'evicted', 'unsure', 'coverage', 'verdicts'],
  additionalProperties: false,
  properties: {
    calls: { ...count, description: 'How many journal entries the report rests on.' },
    evicted: { ...count, description: 'How many entries fell out of the journal before.' },
    unsure: { type: 'boolean', description: 'Whether evicted entries may hide coverage and verdicts.' },
    coverage: {
      type: 'object',
      required: ['resultCodes', 'missing', 'deliveries', 'byDelivery'],
      additionalProperties: false,
      properties: {
        resultCodes: {
          type: 'object',
          description: 'How often the caller was shown each result code. Answers that were lost do not count.',
          required: resultCodes,
          properties: Object.fromEntries(resultCodes.map((code) => [code, count])),
        },
        missing: { type: 'array', items: { type: 'string', enum: resultCodes } },
        deliveries: {
          type: 'object',
          description: 'How often answers came late, got lost on the wire, or had a wrong signature or none.',
          required: ['delayed', 'lost', 'badSignature'],
          additionalProperties: false,
          properties: { delayed: count, lost: count, badSignature: count },
        },
        byDelivery: {
          type: 'object',
          description: 'How often each result code was given, by what became of the answer. Each call counts once.',
          required: resultCodes,
          properties: Object.fromEntries(resultCodes.map((code) => [code, codeSchema])),
        },
      },
    },
    verdicts: { type: 'array', items: verdictSchema },
  },
} as const

type CodeCoverage = FromSchema<typeof codeSchema>

type Coverage = Omit<FromSchema<typeof reportSchema>['coverage'], 'resultCodes' | 'byDelivery'> & {
  resultCodes: Record<ResultCode, number>
  byDelivery: Record<ResultCode, CodeCoverage>
}

/** What the caller has seen, and what it did wrong. */
export type Report = Omit<FromSchema<typeof reportSchema>, 'coverage'> & { coverage: Coverage }

/** Judges journal entries. `evicted` entries came before them; `tooFast` is in milliseconds. */
export function reportOn(
  entries: readonly JournalEntry[],
  { evicted, tooFast }: { evicted: number; tooFast: number },
): Report {
  const verdicts = [...groupById(entries)].flatMap(([paymentRequestId, calls]) =>
    judgeCalls(calls.sort(byArrival), { evicted, tooFast }).map((finding) => verdictOf(paymentRequestId, finding)),
  )
  return {
    calls: entries.length,
    evicted,
    unsure: evicted > 0,
    coverage: coverageOf(entries),
    verdicts: verdicts.sort((a, b) => rankOf(a.verdict) - rankOf(b.verdict)),
  }
}

function rankOf(kind: VerdictKind): number {
  return verdictKinds.indexOf(kind)
}

function groupById(entries: readonly JournalEntry[]): Map<string, JournalEntry[]> {
  const groups = new Map<string, JournalEntry[]>()
  for (const entry of entries) {
    if (entry.paymentRequestId === undefined) continue
    const group = groups.get(entry.paymentRequestId)
    if (group === undefined) groups.set(entry.paymentRequestId, [entry])
    else group.push(entry)
  }
  return groups
}

function byArrival(a: JournalEntry, b: JournalEntry): number {
  return a.at - b.at || a.id - b.id
}

function verdictOf(paymentRequestId: string, { kind, message, entries, unsure }: Violation): Verdict {
  const ids = [...entries].map(({ id }) => id).sort((a, b) => a - b)
  return { verdict: kind, paymentRequestId, message, entries: ids, unsure }
}

function coverageOf(entries: readonly JournalEntry[]): Coverage {
  const shown = Object.fromEntries(resultCodes.map((code) => [code, 0])) as Record<ResultCode, number>
  const deliveries = { delayed: 0, lost: 0, badSignature: 0 }
  for (const entry of entries) {
    if (entry.signature !== undefined) deliveries.badSignature++
    else if (visibilityOf(entry) === 'lost') deliveries.lost++
    if (visibilityOf(entry) === 'lost') continue
    if (entry.delayMs > 0) deliveries.delayed++
    shown[entry.result.resultCode]++
  }
  const missing = resultCodes.filter((code) => shown[code] === 0)
  return { resultCodes: shown, missing, deliveries, byDelivery: countByDelivery(entries) }
}

function countByDelivery(entries: readonly JournalEntry[]): Coverage['byDelivery'] {
  const none = { plain: 0, delayed: 0, lost: 0, badSignature: 0 }
  const counts = Object.fromEntries(
    resultCodes.map((code) => [code, { resultStatus: resultOf(code).resultStatus, ...none }]),
  ) as Coverage['byDelivery']
  for (const entry of entries) counts[entry.result.resultCode][deliveryOf(entry)]++
  return counts
}

function deliveryOf(entry: JournalEntry): Exclude<keyof CodeCoverage, 'resultStatus'> {
  if (entry.signature !== undefined) return 'badSignature'
  if (visibilityOf(entry) === 'lost') return 'lost'
  return entry.delayMs > 0 ? 'delayed' : 'plain'
}
