import { isatty } from 'node:tty'
import { type Logger, pino } from 'pino'
import { prettyLine } from './pretty-line.js'

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]
export const logFormats = ['json', 'pretty'] as const
export type LogFormat = (typeof logFormats)[number]

/** Logs to standard output: JSON lines for machines, or coloured lines for people. */
export function createLogger({ level, format }: { level: LogLevel; format: LogFormat }): Logger {
  if (format === 'json')
    return pino({ ...common, level }, pino.destination({ fd: 1, sync: false, minLength: 4096, periodicFlush: 100 }))
  const output = pino.destination({ fd: 1, sync: true })
  const coloured = !process.env.NO_COLOR && isatty(1)
  return pino({ ...common, level }, { write: (line) => output.write(prettyLine(line, { coloured })) })
}

const common = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label: string) => ({ level: label }) },
}
