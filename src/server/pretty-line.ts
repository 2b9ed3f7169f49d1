import { styleText } from 'node:util'

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

/** A JSON line of the log for people: `12:00:00.000 INFO listening url=http://127.0.0.1:8080`, in UTC; a stack below. */
export function prettyLine(line: string, { coloured }: { coloured: boolean }): string {
  const { level, time, msg = '', err, ...fields }: LogLine = JSON.parse(line)
  const label = level.toUpperCase()
  const head = [time.slice(11, 23), coloured ? styleText(colours[level], label, { validateStream: false }) : label]
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${valueText(value)}`)
  const stack = err === undefined ? '' : `\n${err.stack}`
  return `${[...head, msg, ...rest].join(' ')}${stack}\n`
}

/** Text that could be taken for two values, or that a terminal would obey, is put in quotes. */
function valueText(value: unknown): string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : JSON.stringify(value)
}
