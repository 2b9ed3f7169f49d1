import { isatty } from 'node:tty'
import { type Logger, pino } from 'pino'
import { createLogOutput, type LogOutput } from './log-output.js'
import { openWriter } from './log-writer.js'
import { prettyLine } from './pretty-line.js'

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]
export const logFormats = ['json', 'pretty'] as const
export type LogFormat = (typeof logFormats)[number]

export interface LogOptions {
  level: LogLevel
  format: LogFormat
  /** Stands in each line, where this process is one of several workers. */
  worker?: number
}

/**
 * Logs to standard output: JSON lines for machines, or coloured lines for people. A reader that stalls loses lines.
 * `write` takes lines that others have logged as JSON.
 */
export function createLogger({ level, format, worker }: LogOptions): {
  log: Logger
  output: LogOutput
  write: (line: string) => void
} {
  const coloured = !process.env.NO_COLOR && isatty(1)
  const render = (line: string) => (format === 'json' ? line : prettyLine(line, { coloured }))
  const output = createLogOutput(openWriter(1), (dropped) => render(recoveredLine(dropped)))
  const write = (line: string) => output.write(render(line))
  const base = worker === undefined ? null : { worker }
  return { log: pino({ ...common, base, level }, { write }), output, write }
}

function recoveredLine(dropped: number): string {
  const msg = 'log lines were dropped, as they could not be written'
  return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), dropped, msg })}\n`
}

const common = {
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label: string) => ({ level: label }) },
}
