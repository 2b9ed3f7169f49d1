import { type Finding, formatFinding } from '../scenarios/finding.js'

export const checkFormats = ['text', 'json', 'github'] as const
export type CheckFormat = (typeof checkFormats)[number]

export interface CheckResult {
  /** What was looked at, such as `2 files`. */
  counts: readonly string[]
  errors: readonly Finding[]
  warnings: readonly Finding[]
  hasFailed: boolean
}

export function checkText(result: CheckResult, format: CheckFormat): string {
  const { errors, warnings, hasFailed } = result
  switch (format) {
    case 'text':
      return [...errors.map(formatFinding), ...warnings.map(warningText), summaryOf(result)].join('\n')
    case 'json':
      return JSON.stringify({ passed: !hasFailed, errors, warnings }, null, 2)
    case 'github':
      return [...errors.map(annotation('error')), ...warnings.map(annotation('warning')), summaryOf(result)].join('\n')
  }
}

function warningText(warning: Finding): string {
  return formatFinding({ ...warning, message: `warning: ${warning.message}` })
}

function summaryOf({ counts, errors, warnings }: CheckResult): string {
  return [...counts, counted(errors, 'error'), counted(warnings, 'warning')].join(', ')
}

export function counted({ length }: readonly unknown[], noun: string): string {
  return `${length} ${noun}${length === 1 ? '' : 's'}`
}

/** A workflow command of GitHub Actions, which shows the message beside the line. */
function annotation(level: 'error' | 'warning'): (finding: Finding) => string {
  return ({ file, line, column, message }) =>
    `::${level} file=${escapeProperty(file)},line=${line},col=${column}::${escapeData(message)}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
