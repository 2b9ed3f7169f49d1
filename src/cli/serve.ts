import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { signModes } from '../http/payments/signing.js'
import { didYouMean } from '../scenarios/did-you-mean.js'
import { createLogger, type LogOptions, logFormats, logLevels } from '../server/logger.js'
import { defaults, type ServeOptions } from '../server/options.js'
import { startServer } from '../server/server.js'
import { exitCodes, logGrace, onSignal } from './exit.js'
import {
  allowHostOption,
  hostOption,
  option,
  parseCount,
  parseCountTo,
  parseId,
  pathOption,
  portOption,
  profileOption,
  scenariosOption,
} from './option.js'
import { rateLimitOption } from './rate-limit-option.js'
import { checkWorkers, storeOptions } from './store-options.js'
import { checkTlsOptions } from './tls-options.js'

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('answer cancelPayment until stopped (the default command)')
    .addOption(hostOption())
    .addOption(portOption())
    .addOption(scenariosOption())
    .addOption(option('--no-watch', 'do not take up changes of scenario files'))
    .addOption(pathOption())
    .addOption(
      option('--strict-accept', 'refuse an Accept header that does not allow JSON').default(defaults.strictAccept),
    )
    .addOption(rateLimitOption())
    .addOption(option('--seed <text>', 'decides everything that is left to chance').default(defaults.seed))
    .addOption(
      option('--ledger-max <number>', 'how many payment ids are remembered')
        .argParser(parseCountTo(100_000_000))
        .default(defaults.ledgerMax),
    )
    .addOption(profileOption())
    .addOption(
      option('--acquirer-id <id>', 'who an acquirer is, where the clients file does not say so')
        .argParser(parseId)
        .default(defaults.acquirerId),
    )
    .addOption(option('--psp-id <id>', 'whom its payers pay with').argParser(parseId).default(defaults.pspId))
    .addOption(option('--clients <file>', 'who may call, with which keys; signatures are checked from then on'))
    .addOption(option('--private-key <file>', 'the key that signs replies (default: made at first need)'))
    .addOption(
      option('--key-version <number>', 'what replies call that key').argParser(parseCount).default(defaults.keyVersion),
    )
    .addOption(
      option('--sign <mode>', 'which replies are signed; auto: those to signed calls')
        .choices(signModes)
        .default(defaults.sign),
    )
    .addOption(option('--tls-cert <file>', 'certificate in PEM; serves HTTPS'))
    .addOption(option('--tls-key <file>', 'its private key'))
    .addOption(option('--tls-ca <file>', 'who may issue client certificates, which are then demanded'))
    .addOption(
      option('--journal-max <number>', 'how many calls are kept to look at')
        .argParser(parseCountTo(1_000_000))
        .default(defaults.journalMax),
    )
    .addOption(option('--admin-token <token>', 'demand it as bearer token on /__admin'))
    .addOption(option('--no-admin', 'serve no /__admin'))
    .addOption(allowHostOption())
    .addOption(option('--log-level <level>', 'how much to log').choices(logLevels).default('info'))
    .addOption(
      option('--log-format <format>', 'log lines for machines or people')
        .choices(logFormats)
        .default(process.stdout.isTTY ? 'pretty' : 'json'),
    )
  for (const each of storeOptions()) command.addOption(each)
  return command.allowExcessArguments().action(async ({ logLevel, logFormat, path, allowHost, ...options }) => {
    checkNoWords(command)
    checkTlsOptions(command, options)
    checkWorkers(command, options)
    const given = { ...options, paths: path, allowHosts: allowHost }
    const logging = { level: logLevel, format: logFormat }
    if (options.workers === undefined) return serveAlone(given, logging)
    const { serveWithWorkers } = await import('./serve-workers.js')
    return serveWithWorkers(given, options.workers, logging)
  })
}

async function serveAlone(options: ServeOptions, logging: LogOptions): Promise<void> {
  const { log, output } = createLogger(logging)
  const server = await startServer({ ...options, droppedLogLines: output.dropped }, log)
  onSignal(async (signal) => {
    log.info({ signal }, 'stopping')
    await server.close()
    await output.end(logGrace)
  })
}

/** `serve` is what runs without a command, so a word that is none gets here. */
function checkNoWords(command: Command): void {
  const [word] = command.args
  if (word === undefined) return
  // It is always a part of the program.
  const { commands } = command.parent as Command
  const advice = looksLikePath(word)
    ? `"${word}" is no command; serve it with --scenarios ${word}, or check it with mpp-sim check ${word}`
    : `unknown command "${word}"${didYouMean(
        word,
        commands.map((each) => each.name()),
      )}`
  command.error(`error: ${advice}`, { exitCode: exitCodes.usage })
}

function looksLikePath(word: string): boolean {
  return /[./\\]/.test(word) || existsSync(word)
}
