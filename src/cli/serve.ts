import { Command } from 'commander'
import { createLogger, logFormats, logLevels } from '../logger.js'
import { defaultSeed } from '../options.js'
import { startServer } from '../server.js'
import { defaultJournalMax } from '../simulator/journal.js'
import { defaultLedgerMax } from '../simulator/memory-store.js'
import { hostOption, option, parseCount, pathOption, portOption, scenariosOption } from './option.js'

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('answer cancelPayment until stopped (the default command)')
    .addOption(hostOption())
    .addOption(portOption())
    .addOption(scenariosOption())
    .addOption(option('--no-watch', 'do not take up changes of scenario files'))
    .addOption(pathOption())
    .addOption(option('--strict-accept', 'refuse an Accept header that does not allow JSON').default(false))
    .addOption(option('--seed <text>', 'decides everything that is left to chance').default(defaultSeed))
    .addOption(
      option('--ledger-max <number>', 'how many payment ids are remembered')
        .argParser(parseCount)
        .default(defaultLedgerMax),
    )
    .addOption(
      option('--journal-max <number>', 'how many calls are kept to look at')
        .argParser(parseCount)
        .default(defaultJournalMax),
    )
    .addOption(option('--admin-token <token>', 'demand it as bearer token on /__admin'))
    .addOption(option('--no-admin', 'serve no /__admin'))
    .addOption(option('--log-level <level>', 'how much to log').choices(logLevels).default('info'))
    .addOption(
      option('--log-format <format>', 'log lines for machines or people')
        .choices(logFormats)
        .default(process.stdout.isTTY ? 'pretty' : 'json'),
    )
  return command.action(async ({ logLevel, logFormat, path, ...options }) => {
    const log = await createLogger({ level: logLevel, format: logFormat })
    const server = await startServer({ ...options, paths: path }, log)
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, async () => {
        log.info({ signal }, 'stopping')
        await server.close()
      })
  })
}
