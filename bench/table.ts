import { cpus } from 'node:os'
import type { Row } from './row.js'

const heads = ['what', 'ours', 'control', 'ratio', 'goal', 'met', 'noise'] as const

export function tableOf(rows: readonly Row[]): string {
  return markdownTable(
    heads,
    rows.map((row) => [row.what, row.ours, row.control, row.ratio, row.goal, verdict(row), row.noise]),
  )
}

/** Padded, so that it can be read as it is. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => '---'), ...rows]
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`)
    .join('')
}

function verdict({ isMet }: Row): string {
  if (isMet === undefined) return '-'
  return isMet ? 'yes' : 'NO'
}

export function machine(): string {
  const [cpu] = cpus()
  return `Node.js ${process.version} on ${cpus().length} x ${cpu?.model.trim()}`
}
