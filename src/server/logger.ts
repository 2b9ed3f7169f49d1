import { isatty } from 'node:tty'
import { type Logger, pino } from 'pino'
import { createLogOutput, type LogOutput } from './log-output.js'
import { openWriter } from './log-writer.js'
import { prettyLine } from './pretty-line.js'

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]
export const logFormats = ['json', 'pretty'] as const
export type LogFormat = (typeof logFormats)[number]

/** Logs to standard output: JSON lines for machines, or coloured lines for people. A reader that stalls loses lines. */
export function createLogger({ level, format }: { level: LogLevel; format: LogFormat }): {
  log: Logger
  output: LogOutput
} {
  const coloured = !process.env.NO_COLOR && isatty(1)
  const render = (line: string) => (format === 'json' ? line : prettyLine(line, { coloured }))
  const output = createLogOutput(openWriter(1), (dropped) => render(recoveredLine(dropped)))
  return { log: pino({ ...common, level }, { write: (line) => output.write(render(line)) }), output }
}

function recoveredLine(dropped: number): string {
  const msg = 'log lines were dropped, as they could not be written'
  return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), dropped, msg })}\n`
}

const common = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label: string) => ({ level: label }) },
}
