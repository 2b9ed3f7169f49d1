import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { amsPaths } from '../../protocol/ams.js'
import { cancelPaymentPaths } from '../../protocol/cancel-payment.js'
import { keyToPem } from '../../protocol/keys.js'
import { type CallProfile, type ClientProfile, callProfiles } from '../../protocol/profile.js'
import { parseDuration } from '../../scenarios/duration.js'
import { assemble, openCallers } from '../../server/assembly.js'
import { serve } from '../../server/listening.js'
import { createLogger, type LogLevel, logLevels } from '../../server/logger.js'
import { withDefaults } from '../../server/options.js'
import { protocolPatience, scalePatience } from '../../simulator/patience.js'
import { exitCodes, print, printError } from '../exit.js'
import { parseCount } from '../option.js'
import { type AcceptFormat, acceptFormats, acceptText, caseLine } from './accept-text.js'
import { type Case, loadCases } from './cases.js'
import { type CaseResult, runCase, type Trial } from './run-case.js'

interface AcceptOptions {
  exec: string
  case?: readonly string[]
  skip?: readonly string[]
  profile: CallProfile
  parallel: number
  scale: number
  timeout: number
  settle: number
  port: number
  clients?: string
  privateKey?: string
  format: AcceptFormat
  logLevel: LogLevel
}

export function acceptCommand(): Command {
  const command = new Command('accept')
  return command
    .description('run a caller through the acceptance cases, and say what it has to mend; for CI')
    .requiredOption('--exec <command>', 'what cancels the payment {id} at {url}; other words in braces see below')
    .addOption(new Option('--case <numbers>', 'only these cases, such as 4,6').argParser(parseNumbers))
    .addOption(new Option('--skip <numbers>', 'not these cases').argParser(parseNumbers))
    .addOption(new Option('--profile <profile>', 'who the caller is').choices(callProfiles).default('mpp'))
    .addOption(new Option('--parallel <number>', 'how many cases run side by side').argParser(parseCount).default(8))
    .addOption(
      new Option('--scale <factor>', 'makes all times shorter, to try things out: 0.1')
        .argParser(parseScale)
        .default(1),
    )
    .addOption(new Option('--timeout <time>', 'how long a run may take').argParser(parseTime).default(180_000, '3m'))
    .addOption(
      new Option('--settle <time>', 'how long calls may come after the command has ended')
        .argParser(parseTime)
        .default(200, '200ms'),
    )
    .addOption(new Option('--port <number>', 'port of the simulator').argParser(parseCount).default(0, 'a free one'))
    .addOption(
      new Option('--clients <file>', 'who may call, with which keys (default: signatures of calls are not checked)'),
    )
    .addOption(new Option('--private-key <file>', 'the key that signs replies (default: a new one)'))
    .addOption(new Option('--format <format>', 'how to print the result').choices(acceptFormats).default('table'))
    .addOption(new Option('--log-level <level>', 'how much the simulator logs').choices(logLevels).default('silent'))
    .addHelpText('after', placeholderHelp)
    .action(async (options: AcceptOptions) => {
      if (!options.exec.includes('{id}'))
        command.error('error: --exec needs {id}, the payment that it is to cancel', { exitCode: exitCodes.usage })
      const cases = chooseCases(await loadCases(options.scale), options, (message) =>
        command.error(`error: ${message}`, { exitCode: exitCodes.usage }),
      )
      const results = await accept(cases, options)
      if (results.length < cases.length) {
        process.exitCode = exitCodes.crash
        return printError('interrupted')
      }
      print(acceptText(results, options.format))
      if (results.some(({ misses }) => misses.length > 0)) process.exitCode = exitCodes.reportFailed
    })
}

const placeholderHelp = `
In the command stand {id} for the paymentRequestId, {url} for the address of the API, {base} for the address of the server,
{publicKey} for a file with the key that verifies replies, which are always signed, and {scale} for the factor of --scale.

Example:
  mpp-sim accept --exec 'node cancel.js {id} {url}' --format junit > acceptance.xml`

function parseNumbers(text: string): readonly string[] {
  return text.split(',').map((number) => {
    if (!/^\s*\d{1,2}\s*$/.test(number)) throw new InvalidArgumentError('Cases are numbers, separated by commas.')
    return number.trim().padStart(2, '0')
  })
}

function parseScale(text: string): number {
  const factor = Number(text)
  if (factor > 0 && factor <= 1) return factor
  throw new InvalidArgumentError('A factor is a number above 0, up to 1.')
}

function parseTime(text: string): number {
  const milliseconds = parseDuration(text)
  if (milliseconds !== undefined) return milliseconds
  throw new InvalidArgumentError('A time is like 500ms, 20s or 3m.')
}

/** Whom the simulator plays for a caller. */
function serverProfile(profile: CallProfile): ClientProfile {
  return profile === 'mpp' ? 'mpp' : 'acqp'
}

/** The cases that are asked for, of those of the profile. */
function chooseCases(
  all: readonly Case[],
  { case: wanted, skip = [], profile }: AcceptOptions,
  fail: (message: string) => never,
): Case[] {
  const unknown = [...(wanted ?? []), ...skip].find((number) => !all.some((each) => each.number === number))
  if (unknown !== undefined) fail(`there is no case ${unknown}; they are 01 to ${all.at(-1)?.number}`)
  const side = serverProfile(profile)
  const chosen = all.filter(
    ({ number, profile: of = side }) =>
      of === side && (wanted === undefined || wanted.includes(number)) && !skip.includes(number),
  )
  if (chosen.length === 0) fail(`none of these cases is for the profile ${profile}`)
  return chosen
}

async function accept(cases: readonly Case[], options: AcceptOptions): Promise<CaseResult[]> {
  const { port, clients, privateKey, profile, scale, logLevel } = options
  const { log } = createLogger({ level: logLevel, format: 'json' })
  const rules = cases.map(({ rule }) => rule)
  const given = withDefaults({
    port,
    clients,
    privateKey,
    profile: serverProfile(profile),
    sign: 'always',
    journalMax: 10_000,
  })
  const callers = await openCallers(given, log)
  const patience = scalePatience(protocolPatience, scale)
  const { app, simulator, signing } = await assemble(given, { rules }, callers, log, { patience })
  const server = await serve(app, given, log, { grace: 0 })
  const folder = await mkdtemp(join(tmpdir(), 'mpp-sim-accept-'))
  const abort = new AbortController()
  const onSignal = () => abort.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal)
  try {
    const publicKey = join(folder, 'simulator-public.pem')
    await writeFile(publicKey, keyToPem((await signing.ownKey()).publicKey))
    const path = profile === 'ams' ? amsPaths[0] : cancelPaymentPaths[0]
    const words = { url: server.url + path, base: server.url, publicKey, scale: String(scale) }
    const trial: Trial = {
      simulator,
      commandFor: (id) => fillIn(options.exec, { ...words, id }),
      stamp: Date.now().toString(36),
      pause: 1000 * scale,
      settle: options.settle,
      timeout: options.timeout,
      signal: abort.signal,
    }
    return await runCases(cases, trial, options.parallel)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
    await server.close()
    await rm(folder, { recursive: true })
  }
}

/** A word in braces that is none of these stays as it is: shells have braces too. */
function fillIn(command: string, words: Readonly<Record<string, string>>): string {
  return command.replaceAll(/\{(\w+)\}/g, (text, word: string) => words[word] ?? text)
}

/** Results in the order of the cases. Each is told as soon as it is there. */
async function runCases(cases: readonly Case[], trial: Trial, parallel: number): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  const waiting = [...cases.entries()]
  let done = 0
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined && !trial.signal.aborted; next = waiting.shift()) {
      const [index, each] = next
      const result = await runCase(each, trial)
      results[index] = result
      printError(`${++done}/${cases.length} ${caseLine(result)}`)
      if (result.misses.length > 0 && result.output !== '') printError(result.output.replaceAll(/^/gm, '          | '))
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, cases.length) }, work))
  return results.filter(Boolean)
}
