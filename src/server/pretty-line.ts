import { styleText } from 'node:util'
import { callLine, type LoggedCall, plainText } from './call-line.js'
import { visibleLines, visibleText } from './visible-text.js'

const colours = {
  fatal: 'magenta',
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'blue',
  trace: 'gray',
} as const

interface LogLine {
  level: keyof typeof colours
  /** ISO 8601 in UTC. */
  time: string
  msg?: string
  err?: { message: string; stack: string }
  [field: string]: unknown
}

/**
 * A JSON line of the log for people: `12:00:00.000 INFO listening url=http://127.0.0.1:8080`, in UTC; a stack below. A
 * call looks as in `mpp-sim watch`.
 */
export function prettyLine(line: string, { coloured }: { coloured: boolean }): string {
  const { level, time, msg = '', err, ...fields }: LogLine = JSON.parse(line)
  if (isCall(fields)) return `${callLine(time, fields, { coloured })}\n`
  const label = level.toUpperCase()
  const head = [time.slice(11, 23), coloured ? styleText(colours[level], label, { validateStream: false }) : label]
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${plainText(value)}`)
  const stack = err === undefined ? '' : `\n${visibleLines(err.stack)}`
  return `${[...head, visibleText(msg), ...rest].join(' ')}${stack}\n`
}

function isCall(fields: object): fields is LoggedCall {
  return 'resultStatus' in fields
}
