import { Command } from 'commander'
import { signModes } from '../http/payments/signing.js'
import { createLogger, logFormats, logLevels } from '../server/logger.js'
import { defaultSeed, type ServeOptions } from '../server/options.js'
import { startServer } from '../server/server.js'
import { defaultJournalMax } from '../simulator/journal.js'
import { defaultLedgerMax } from '../simulator/memory/store.js'
import { exitCodes } from './exit.js'
import { hostOption, option, parseCount, pathOption, portOption, scenariosOption } from './option.js'
import { rateLimitOption } from './rate-limit-option.js'
import { storeOptions } from './store-options.js'

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('answer cancelPayment until stopped (the default command)')
    .addOption(hostOption())
    .addOption(portOption())
    .addOption(scenariosOption())
    .addOption(option('--no-watch', 'do not take up changes of scenario files'))
    .addOption(pathOption())
    .addOption(option('--strict-accept', 'refuse an Accept header that does not allow JSON').default(false))
    .addOption(rateLimitOption())
    .addOption(option('--seed <text>', 'decides everything that is left to chance').default(defaultSeed))
    .addOption(
      option('--ledger-max <number>', 'how many payment ids are remembered')
        .argParser(parseCount)
        .default(defaultLedgerMax),
    )
    .addOption(option('--clients <file>', 'who may call, with which keys; signatures are checked from then on'))
    .addOption(option('--private-key <file>', 'the key that signs replies (default: made at first need)'))
    .addOption(option('--key-version <number>', 'what replies call that key').argParser(parseCount).default(1))
    .addOption(
      option('--sign <mode>', 'which replies are signed; auto: those to signed calls')
        .choices(signModes)
        .default('auto'),
    )
    .addOption(option('--tls-cert <file>', 'certificate in PEM; serves HTTPS'))
    .addOption(option('--tls-key <file>', 'its private key'))
    .addOption(option('--tls-ca <file>', 'who may issue client certificates, which are then demanded'))
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
  for (const each of storeOptions()) command.addOption(each)
  return command.action(async ({ logLevel, logFormat, path, ...options }) => {
    checkTlsOptions(command, options)
    const log = createLogger({ level: logLevel, format: logFormat })
    const server = await startServer({ ...options, paths: path }, log)
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, async () => {
        log.info({ signal }, 'stopping')
        await server.close()
      })
  })
}

function checkTlsOptions(command: Command, { tlsCert, tlsKey, tlsCa }: Partial<ServeOptions>): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    command.error('error: --tls-cert and --tls-key go together', { exitCode: exitCodes.usage })
  if (tlsCa !== undefined && tlsCert === undefined)
    command.error('error: --tls-ca needs --tls-cert and --tls-key', { exitCode: exitCodes.usage })
}
