import type { ResultCode } from '../protocol/result.js'
import { resultCodes } from '../protocol/result.js'
import type { Report, Verdict } from '../simulator/report/report.js'
import type { VerdictKind } from '../simulator/report/verdicts.js'

export const reportFormats = ['table', 'json', 'markdown', 'junit'] as const
export type ReportFormat = (typeof reportFormats)[number]

/** A report, and what in it is not as it was asked for. */
export interface Judgement {
  report: Report
  required: readonly ResultCode[]
  /** Required result codes that were never shown. */
  missing: readonly ResultCode[]
  failOn: readonly VerdictKind[]
  /** The verdicts that must not be there. */
  failing: readonly Verdict[]
  hasFailed: boolean
}

export function judge(
  report: Report,
  { require, failOn }: { require: readonly ResultCode[]; failOn: readonly VerdictKind[] },
): Judgement {
  const missing = require.filter((code) => report.coverage.resultCodes[code] === 0)
  const failing = report.verdicts.filter(({ verdict }) => failOn.includes(verdict))
  return { report, required: require, missing, failOn, failing, hasFailed: missing.length + failing.length > 0 }
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

function jsonOf({ report, missing, failing, hasFailed }: Judgement) {
  return { ...report, failed: hasFailed, failures: { resultCodes: missing, verdicts: failing.length } }
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
    '',
    outcomeOf(judgement),
  ].join('\n')
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

function outcomeOf({ missing, failing, hasFailed }: Judgement): string {
  return hasFailed ? `failed: ${missing.length} missing, ${failing.length} verdicts` : 'passed'
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
  ].join('\n')
}

/** Text of the caller's, so that it stays in its cell. */
function cell(text: string): string {
  return plain(text).replaceAll(/[\\|`*_<>[\]]/g, '\\$&')
}

function junit({ report, required, missing, failOn, failing }: Judgement): string {
  const coverage = required.map((code) => testCase('coverage', code, missing.includes(code) ? ['never shown'] : []))
  const verdicts = failOn.map((kind) =>
    testCase('verdicts', kind, failing.filter(({ verdict }) => verdict === kind).map(verdictText)),
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="mpp-sim">',
    ...suite('coverage', coverage),
    ...suite('verdicts', verdicts),
    '</testsuites>',
    `<!-- ${summaryOf(report)} -->`,
  ].join('\n')
}

interface TestCase {
  xml: string
  hasFailed: boolean
}

function testCase(suiteName: string, name: string, failures: readonly string[]): TestCase {
  const open = `    <testcase classname="mpp-sim.${suiteName}" name="${name}"`
  if (failures.length === 0) return { xml: `${open}/>`, hasFailed: false }
  const [first = ''] = failures
  const failure = `      <failure message="${escapeXml(first)}">${escapeXml(failures.join('\n'))}</failure>`
  return { xml: `${open}>\n${failure}\n    </testcase>`, hasFailed: true }
}

function suite(name: string, cases: readonly TestCase[]): string[] {
  const failures = cases.filter(({ hasFailed }) => hasFailed).length
  const open = `  <testsuite name="${name}" tests="${cases.length}" failures="${failures}">`
  return [open, ...cases.map(({ xml }) => xml), '  </testsuite>']
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** Text of the caller's without control characters: XML cannot have them, and a terminal would obey them. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\ufffd')
}
