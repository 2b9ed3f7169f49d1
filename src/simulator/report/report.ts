import type { FromSchema } from 'json-schema-to-ts'
import {
  type AnyResultCode,
  type ResultCode,
  type RuleResultCode,
  resultCodes,
  resultOf,
} from '../../protocol/result.js'
import type { JournalEntry } from '../journal.js'
import type { Patience } from '../patience.js'
import { groupByPayment } from './by-payment.js'
import { attemptsText, isExpected, judgeExpectations, lastShown, type Outcome } from './expectations.js'
import { judgeCalls } from './verdicts.js'
import { type VerdictKind, type Violation, verdictKinds } from './violation.js'
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

const expectationSchema = {
  title: 'ExpectationOutcome',
  type: 'object',
  required: ['rule', 'state', 'paymentRequestId', 'message', 'entries', 'unsure'],
  additionalProperties: false,
  properties: {
    rule: { type: 'string', description: 'The id of the rule that has the expectation.' },
    state: { type: 'string', enum: ['met', 'missed', 'not-tried'] },
    paymentRequestId: { type: ['string', 'null'], description: 'null: no payment has tried the rule.' },
    message: { type: 'string', description: 'What happened and, where it is missed, what to mend.' },
    entries: { type: 'array', items: { type: 'integer' }, description: 'Ids of the journal entries of its calls.' },
    unsure: verdictSchema.properties.unsure,
  },
} as const

/** What came of the expectation of a rule. */
export type ExpectationOutcome = FromSchema<typeof expectationSchema>

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
  required: ['calls', 'accepted', 'evicted', 'unsure', 'coverage', 'verdicts', 'expectations'],
  additionalProperties: false,
  properties: {
    calls: { ...count, description: 'How many journal entries the report rests on.' },
    accepted: { ...count, description: 'How many of them were accepted, and count as an attempt.' },
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
    expectations: {
      type: 'array',
      items: expectationSchema,
      description: 'One for each payment that a rule with expect has answered; the missed ones first.',
    },
  },
} as const

type CodeCoverage = FromSchema<typeof codeSchema>

type Coverage = Omit<FromSchema<typeof reportSchema>['coverage'], 'resultCodes' | 'byDelivery'> & {
  resultCodes: PerCode<number>
  byDelivery: PerCode<CodeCoverage>
}

/** For all of the 13 and, where it was given, for what only callers of AMS are told. */
type PerCode<T> = Record<ResultCode, T> & { ORDER_NOT_EXIST?: T }

/** What the caller has seen, and what it did wrong. */
export type Report = Omit<FromSchema<typeof reportSchema>, 'coverage'> & { coverage: Coverage }

export interface ReportOptions {
  /** How many entries came before. */
  evicted: number
  /** In milliseconds. */
  tooFast: number
  patience: Patience
  /** The ids of the rules in force that expect something. */
  expecting: readonly string[]
}

/** Judges journal entries. It depends on nothing but the arguments. */
export function reportOn(entries: readonly JournalEntry[], options: ReportOptions): Report {
  const judged = groupByPayment(entries).map(({ id, calls }) => judgePayment(id, calls.sort(byArrival), options))
  const expectations = judged.flatMap((payment) => payment.expectations)
  const tried = new Set(expectations.map(({ rule }) => rule))
  const notTried = options.expecting.filter((rule) => !tried.has(rule)).map(untried)
  return {
    calls: entries.length,
    accepted: entries.filter(isAccepted).length,
    evicted: options.evicted,
    unsure: options.evicted > 0,
    coverage: coverageOf(entries),
    verdicts: judged.flatMap(({ verdicts }) => verdicts).sort((a, b) => rankOf(a.verdict) - rankOf(b.verdict)),
    expectations: [...expectations.sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state)), ...notTried],
  }
}

const states: readonly ExpectationOutcome['state'][] = ['missed', 'met', 'not-tried']

function isAccepted({ attempt }: JournalEntry): boolean {
  return attempt !== undefined
}

function untried(rule: string): ExpectationOutcome {
  const message = 'no payment has tried this rule'
  return { rule, state: 'not-tried', paymentRequestId: null, message, entries: [], unsure: false }
}

function judgePayment(
  paymentRequestId: string,
  calls: readonly JournalEntry[],
  options: ReportOptions,
): Pick<Report, 'verdicts' | 'expectations'> {
  const outcomes = judgeExpectations(calls.filter(isAccepted))
  const missed = outcomes.filter(({ misses }) => misses.length > 0).map(missedExpectation)
  const others = judgeCalls(calls, options).filter((violation) => !isExpected(violation, outcomes))
  return {
    verdicts: [...missed, ...others].map((violation) => verdictOf(paymentRequestId, violation)),
    expectations: outcomes.map((outcome) => viewOutcome(paymentRequestId, outcome)),
  }
}

function missedExpectation({ rule, attempts, misses, unsure }: Outcome): Violation {
  const message = `${rule}: ${misses.join('; ')}`
  return { kind: 'expectation-missed', entries: new Set(attempts), message, unsure }
}

function viewOutcome(paymentRequestId: string, { rule, attempts, misses, unsure }: Outcome): ExpectationOutcome {
  const entries = attempts.map(({ id }) => id).sort((a, b) => a - b)
  if (misses.length > 0) return { rule, state: 'missed', paymentRequestId, message: misses.join('; '), entries, unsure }
  const message = `${attemptsText(attempts.length)}, ${lastShown(attempts) ?? 'no answer'} last`
  return { rule, state: 'met', paymentRequestId, message, entries, unsure }
}

function rankOf(kind: VerdictKind): number {
  return verdictKinds.indexOf(kind)
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
  const shown = Object.fromEntries(resultCodes.map((code) => [code, 0])) as PerCode<number>
  const deliveries = { delayed: 0, lost: 0, badSignature: 0 }
  for (const entry of entries) {
    if (entry.signature !== undefined) deliveries.badSignature++
    else if (visibilityOf(entry) === 'lost') deliveries.lost++
    if (visibilityOf(entry) === 'lost') continue
    if (entry.delayMs > 0) deliveries.delayed++
    const code = spelt(entry.result.resultCode)
    shown[code] = (shown[code] ?? 0) + 1
  }
  const missing = resultCodes.filter((code) => shown[code] === 0)
  return { resultCodes: shown, missing, deliveries, byDelivery: countByDelivery(entries) }
}

function countByDelivery(entries: readonly JournalEntry[]): Coverage['byDelivery'] {
  const none = { plain: 0, delayed: 0, lost: 0, badSignature: 0 }
  const counts = Object.fromEntries(
    resultCodes.map((code) => [code, { resultStatus: resultOf(code).resultStatus, ...none }]),
  ) as Coverage['byDelivery']
  for (const entry of entries) {
    const code = spelt(entry.result.resultCode)
    const count = counts[code] ?? { resultStatus: resultOf(code).resultStatus, ...none }
    count[deliveryOf(entry)]++
    counts[code] = count
  }
  return counts
}

function deliveryOf(entry: JournalEntry): Exclude<keyof CodeCoverage, 'resultStatus'> {
  if (entry.signature !== undefined) return 'badSignature'
  if (visibilityOf(entry) === 'lost') return 'lost'
  return entry.delayMs > 0 ? 'delayed' : 'plain'
}
