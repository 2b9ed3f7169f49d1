import { type Logger, pino } from 'pino'

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]
export const logFormats = ['json', 'pretty'] as const
export type LogFormat = (typeof logFormats)[number]

/** Logs to standard output: JSON lines for machines, or coloured lines for people. */
export async function createLogger({ level, format }: { level: LogLevel; format: LogFormat }): Promise<Logger> {
  if (format === 'json')
    return pino({ ...common, level }, pino.destination({ fd: 1, sync: false, minLength: 4096, periodicFlush: 100 }))
  const { default: pretty } = await import('pino-pretty')
  return pino({ ...common, level }, pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' }))
}

const common = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label: string) => ({ level: label }) },
}
