import type { ResultCode } from '../protocol/result.js'
import { resultCodes } from '../protocol/result.js'
import type { ExpectationOutcome, Report, Verdict } from '../simulator/report/report.js'
import { type VerdictKind, verdictKinds } from '../simulator/report/violation.js'

export const reportFormats = ['table', 'json', 'markdown', 'junit'] as const
export type ReportFormat = (typeof reportFormats)[number]

/** What can fail a report: a verdict, or a rule with `expect` that nobody tried. */
export type Failure = VerdictKind | 'not-tried'
export const failures: readonly Failure[] = [...verdictKinds, 'not-tried']

export interface Demands {
  /** Result codes that must have been shown. */
  require: readonly ResultCode[]
  failOn: readonly Failure[]
  /** Whether a report on no call at all may pass. */
  allowEmpty: boolean
}

/** A report, and what in it is not as it was asked for. */
export interface Judgement {
  report: Report
  demands: Demands
  /** Required result codes that were never shown. */
  missing: readonly ResultCode[]
  /** The verdicts that must not be there. */
  failing: readonly Verdict[]
  /** The rules that must have been tried. */
  notTried: readonly ExpectationOutcome[]
  /** Why the report says nothing about the caller, if so. */
  emptiness: string | undefined
  hasFailed: boolean
}

export function judge(report: Report, demands: Demands): Judgement {
  const { require, failOn } = demands
  const missing = require.filter((code) => report.coverage.resultCodes[code] === 0)
  const failing = report.verdicts.filter(({ verdict }) => failOn.includes(verdict))
  const notTried = report.expectations.filter(({ state }) => state === 'not-tried' && failOn.includes(state))
  const emptiness = emptinessOf(report, demands)
  const hasFailed = missing.length + failing.length + notTried.length > 0 || emptiness !== undefined
  return { report, demands, missing, failing, notTried, emptiness, hasFailed }
}

/** A report on nothing finds nothing wrong, which must not look like a pass. */
function emptinessOf({ calls, accepted }: Report, { allowEmpty }: Demands): string | undefined {
  if (accepted > 0) return undefined
  if (calls > 0) return 'no call was accepted: the journal says why each was refused'
  return allowEmpty ? undefined : 'no call came: does the caller use this server, and this namespace?'
}

export function reportText(judgement: Judgement, format: ReportFormat): string {
  switch (format) {
    case 'table':
      return table(judgement)
    case 'json':
      return JSON.stringify(jsonOf(judgement), null, 2)
    case 'markdown':
      return markdown(judgement)
    case 'junit':
      return junit(judgement)
  }
}

function jsonOf({ report, missing, failing, notTried, emptiness, hasFailed }: Judgement) {
  const counts = { resultCodes: missing, verdicts: failing.length, notTried: notTried.length }
  return { ...report, failed: hasFailed, failures: { ...counts, empty: emptiness ?? null } }
}

function table(judgement: Judgement): string {
  const { report, missing } = judgement
  const { coverage, verdicts } = report
  const width = Math.max(...resultCodes.map(({ length }) => length))
  const codes = resultCodes.map((code) => {
    const shown = coverage.resultCodes[code]
    return `  ${code.padEnd(width)}  ${String(shown || '-').padStart(5)}${missing.includes(code) ? '  missing' : ''}`
  })
  const found = verdicts.map((verdict) => `  ${verdict.verdict}: ${verdictText(verdict)}`)
  return [
    summaryOf(report),
    '',
    'Result codes shown',
    ...codes,
    '',
    deliveriesText(report),
    '',
    found.length > 0 ? 'Verdicts' : 'Verdicts: none',
    ...found,
    ...expectationLines(report),
    '',
    outcomeOf(judgement),
  ].join('\n')
}

function expectationLines({ expectations }: Report): string[] {
  if (expectations.length === 0) return []
  const lines = expectations.map((each) => `  ${each.state.padEnd('not-tried'.length)}  ${outcomeText(each)}`)
  return ['', `Expectations: ${expectationCounts(expectations)}`, ...lines]
}

function expectationCounts(expectations: readonly ExpectationOutcome[]): string {
  const count = (wanted: ExpectationOutcome['state']) => expectations.filter(({ state }) => state === wanted).length
  return `${count('met')} met, ${count('missed')} missed, ${count('not-tried')} not tried`
}

function outcomeText({ rule, paymentRequestId, message, entries, unsure }: ExpectationOutcome): string {
  if (paymentRequestId === null) return `${plain(rule)}: ${message}`
  const doubt = unsure ? '; not sure' : ''
  return `${plain(rule)}: ${plain(paymentRequestId)} ${message} (journal ${entriesText(entries)}${doubt})`
}

function summaryOf({ calls, evicted, unsure }: Report): string {
  return `${calls} calls${unsure ? `; ${evicted} earlier ones are no longer known, so this is not sure` : ''}`
}

function deliveriesText({ coverage: { deliveries } }: Report): string {
  const { delayed, lost, badSignature } = deliveries
  return `Answers delivered late: ${delayed}, lost: ${lost}, with a bad signature: ${badSignature}`
}

function verdictText({ paymentRequestId, message, entries, unsure }: Verdict): string {
  const doubt = unsure ? '; not sure' : ''
  return `${plain(paymentRequestId)} ${plain(message)} (journal ${entriesText(entries)}${doubt})`
}

const shownEntries = 8

function entriesText(entries: readonly number[]): string {
  const shown = entries.slice(0, shownEntries).join(', ')
  return entries.length > shownEntries ? `${shown}, and ${entries.length - shownEntries} more` : shown
}

function outcomeOf({ missing, failing, notTried, emptiness, hasFailed }: Judgement): string {
  if (!hasFailed) return 'passed'
  const untried = notTried.length > 0 ? [`${notTried.length} not tried`] : []
  const found = [`${missing.length} missing`, `${failing.length} verdicts`, ...untried].join(', ')
  return emptiness === undefined ? `failed: ${found}` : `failed: ${emptiness}`
}

function markdown(judgement: Judgement): string {
  const { report, missing } = judgement
  const { coverage, verdicts } = report
  const codes = resultCodes.map((code) => {
    return `| ${code} | ${coverage.resultCodes[code]} | ${missing.includes(code) ? 'missing' : ''} |`
  })
  const found = verdicts.map(({ verdict, paymentRequestId, message, entries, unsure }) => {
    return `| ${verdict} | ${cell(paymentRequestId)} | ${cell(message)} | ${entriesText(entries)}${unsure ? ' (not sure)' : ''} |`
  })
  return [
    `**${outcomeOf(judgement)}**: ${summaryOf(report)}. ${deliveriesText(report)}.`,
    '',
    '| result code | shown | |',
    '| --- | ---: | --- |',
    ...codes,
    ...(found.length > 0
      ? ['', '| verdict | paymentRequestId | what happened | journal |', '| --- | --- | --- | --- |']
      : []),
    ...found,
    ...expectationRows(report),
  ].join('\n')
}

function expectationRows({ expectations }: Report): string[] {
  if (expectations.length === 0) return []
  const rows = expectations.map(({ rule, state, paymentRequestId, message, entries }) => {
    const payment = paymentRequestId === null ? '' : cell(paymentRequestId)
    return `| ${state} | ${cell(rule)} | ${payment} | ${cell(message)} | ${entriesText(entries)} |`
  })
  const head = [
    '',
    '| expectation | rule | paymentRequestId | what happened | journal |',
    '| --- | --- | --- | --- | --- |',
  ]
  return [...head, ...rows]
}

/** Text of the caller's, so that it stays in its cell. */
export function cell(text: string): string {
  return plain(text).replaceAll(/[\\|`*_<>[\]]/g, '\\$&')
}

function junit({ report, demands, missing, failing, emptiness }: Judgement): string {
  const { require, failOn } = demands
  const calls = testCase('calls', 'calls were accepted', emptiness === undefined ? [] : [emptiness])
  const coverage = require.map((code) => testCase('coverage', code, missing.includes(code) ? ['never shown'] : []))
  // Each expectation has a test case of its own.
  const kinds = verdictKinds.filter((kind) => failOn.includes(kind) && kind !== 'expectation-missed')
  const verdicts = kinds.map((kind) =>
    testCase('verdicts', kind, failing.filter(({ verdict }) => verdict === kind).map(verdictText)),
  )
  const expectations = report.expectations.map((outcome) => expectationCase(outcome, failOn))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="mpp-sim">',
    ...suite('calls', [calls]),
    ...suite('coverage', coverage),
    ...suite('verdicts', verdicts),
    ...suite('expectations', expectations),
    '</testsuites>',
    `<!-- ${summaryOf(report)} -->`,
  ].join('\n')
}

function expectationCase(outcome: ExpectationOutcome, failOn: readonly Failure[]): TestCase {
  const { rule, state, paymentRequestId } = outcome
  const name = plain(paymentRequestId === null ? rule : `${rule} ${paymentRequestId}`)
  const isFailure = state === 'missed' ? failOn.includes('expectation-missed') : failOn.includes('not-tried')
  if (state === 'met') return testCase('expectations', name, [])
  if (isFailure) return testCase('expectations', name, [outcomeText(outcome)])
  const skipped = `      <skipped message="${escapeXml(outcomeText(outcome))}"/>`
  return { xml: `${openTestCase('expectations', name)}>\n${skipped}\n    </testcase>`, hasFailed: false }
}

export interface TestCase {
  xml: string
  hasFailed: boolean
}

function openTestCase(suiteName: string, name: string): string {
  return `    <testcase classname="mpp-sim.${suiteName}" name="${escapeXml(name)}"`
}

export function testCase(suiteName: string, name: string, failures: readonly string[]): TestCase {
  const open = openTestCase(suiteName, name)
  if (failures.length === 0) return { xml: `${open}/>`, hasFailed: false }
  const [first = ''] = failures
  const failure = `      <failure message="${escapeXml(first)}">${escapeXml(failures.join('\n'))}</failure>`
  return { xml: `${open}>\n${failure}\n    </testcase>`, hasFailed: true }
}

export function suite(name: string, cases: readonly TestCase[]): string[] {
  const failures = cases.filter(({ hasFailed }) => hasFailed).length
  const open = `  <testsuite name="${name}" tests="${cases.length}" failures="${failures}">`
  return [open, ...cases.map(({ xml }) => xml), '  </testsuite>']
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/**
 * Text of the caller's without control characters, lone surrogates and what is never a character: XML cannot have them,
 * and a terminal would obey the first.
 */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, '\ufffd')
}
