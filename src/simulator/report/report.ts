import type { FromSchema } from 'json-schema-to-ts'
import { type AnyResultCode, type ResultCode, type RuleResultCode, resultCodes } from '../../protocol/result.js'
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
      required: ['resultCodes', 'missing', 'deliveries'],
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
      },
    },
    verdicts: { type: 'array', items: verdictSchema },
  },
} as const

type Coverage = Omit<FromSchema<typeof reportSchema>['coverage'], 'resultCodes'> & {
  resultCodes: ShownCodes
}

/** All of the 13, and what only callers of AMS are told where they were. */
type ShownCodes = Record<ResultCode, number> & { ORDER_NOT_EXIST?: number }

/** What the caller was shown, and what it did wrong. */
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

/** CLIENT_INVALID is AMS's word for INVALID_CLIENT. */
function spelt(code: AnyResultCode): RuleResultCode {
  return code === 'CLIENT_INVALID' ? 'INVALID_CLIENT' : code
}

function coverageOf(entries: readonly JournalEntry[]): Coverage {
  const shown = Object.fromEntries(resultCodes.map((code) => [code, 0])) as ShownCodes
  const deliveries = { delayed: 0, lost: 0, badSignature: 0 }
  for (const entry of entries) {
    if (entry.signature !== undefined) deliveries.badSignature++
    else if (visibilityOf(entry) === 'lost') deliveries.lost++
    if (visibilityOf(entry) === 'lost') continue
    if (entry.delayMs > 0) deliveries.delayed++
    const code = spelt(entry.result.resultCode)
    shown[code] = (shown[code] ?? 0) + 1
  }
  return { resultCodes: shown, missing: resultCodes.filter((code) => shown[code] === 0), deliveries }
}
