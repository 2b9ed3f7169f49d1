import { cell, plain, suite, testCase } from '../report-text.js'
import type { CaseResult } from './run-case.js'

export const acceptFormats = ['table', 'json', 'markdown', 'junit'] as const
export type AcceptFormat = (typeof acceptFormats)[number]

export function acceptText(results: readonly CaseResult[], format: AcceptFormat): string {
  switch (format) {
    case 'table':
      return [...results.map(caseLine), '', summaryOf(results)].join('\n')
    case 'json':
      return JSON.stringify({ passed: failed(results).length === 0, cases: results }, null, 2)
    case 'markdown':
      return markdown(results)
    case 'junit':
      return junit(results)
  }
}

/** `not ok 04 cancelled, but the answer is lost: made 1 attempt, expected 2: ask again ...` */
export function caseLine({ number, title, misses, seconds }: CaseResult): string {
  const line = `${number} ${title}`
  if (misses.length === 0) return `ok      ${line} (${seconds.toFixed(1)} s)`
  return `not ok  ${line}\n${misses.map((miss) => `          ${plain(miss)}`).join('\n')}`
}

function failed(results: readonly CaseResult[]): CaseResult[] {
  return results.filter(({ misses }) => misses.length > 0)
}

function summaryOf(results: readonly CaseResult[]): string {
  const misses = failed(results).length
  return misses === 0 ? `passed: all ${results.length} cases` : `failed: ${misses} of ${results.length} cases`
}

function markdown(results: readonly CaseResult[]): string {
  const rows = results.map(({ number, title, misses, seconds }) => {
    return `| ${misses.length === 0 ? 'ok' : '**not ok**'} | ${number} | ${title} | ${cell(misses.join('; '))} | ${seconds.toFixed(1)} |`
  })
  return [
    `**${summaryOf(results)}**`,
    '',
    '| | case | | what to mend | s |',
    '| --- | --- | --- | --- | ---: |',
    ...rows,
  ].join('\n')
}

function junit(results: readonly CaseResult[]): string {
  const cases = results.map(({ number, title, misses }) =>
    testCase('acceptance', `${number} ${title}`, misses.map(plain)),
  )
  const open = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="mpp-sim">']
  return [...open, ...suite('acceptance', cases), '</testsuites>'].join('\n')
}
