import { Command, InvalidArgumentError, Option } from 'commander'
import { resultCodes } from '../protocol/result.js'
import { didYouMean } from '../scenarios/did-you-mean.js'
import { parseDuration } from '../scenarios/duration.js'
import type { Report } from '../simulator/report/report.js'
import { verdictKinds } from '../simulator/report/violation.js'
import {
  adminTokenOption,
  type ClientOptions,
  clientOptions,
  get,
  namespaceOption,
  readTarget,
  type Target,
} from './client.js'
import { exitCodes, print, printError } from './exit.js'
import { option } from './option.js'
import { type Demands, failures, judge, type ReportFormat, reportFormats, reportText } from './report-text.js'
import { type Received, reasonOf } from './send.js'
import { prefixOf } from './server-address.js'

interface ReportOptions extends ClientOptions, Demands {
  tooFast: string
  format: ReportFormat
}

export function reportCommand(): Command {
  const command = new Command('report').description(
    'say what a running server has shown to its caller, and what the caller did wrong; for CI',
  )
  for (const each of [...clientOptions(), namespaceOption(), adminTokenOption()]) command.addOption(each)
  return command
    .addOption(listOption('--require <codes>', 'result codes that must have been shown', { words: resultCodes }))
    .addOption(
      listOption(
        '--fail-on <verdicts>',
        'verdicts that must not be there, or not-tried: a rule with expect that nobody tried',
        {
          words: failures,
          all: verdictKinds,
          initial: 'all',
        },
      ),
    )
    .addOption(option('--allow-empty', 'pass where no call came at all').default(false))
    .addOption(
      new Option('--too-fast <time>', 'a call sooner than this after an answer is retried-too-fast')
        .argParser(checkDuration)
        .default('100ms'),
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(reportFormats).default('table'))
    .action(async (options: ReportOptions) => {
      const report = await fetchReport(await readTarget(options, command), options.tooFast)
      if (typeof report === 'string') {
        printError(report)
        process.exitCode = exitCodes.crash
        return
      }
      const judgement = judge(report, options)
      print(reportText(judgement, options.format))
      if (judgement.hasFailed) process.exitCode = exitCodes.reportFailed
    })
}

/** An option that takes `all`, `none` or some of the words, separated by commas. */
function listOption<Word extends string>(
  flags: string,
  description: string,
  { words, all = words, initial = 'none' }: { words: readonly Word[]; all?: readonly Word[]; initial?: 'all' | 'none' },
): Option {
  const parse = (text: string): readonly Word[] => {
    if (text === 'none') return []
    return text.split(',').flatMap((word) => (word.trim() === 'all' ? all : [knownWord(word.trim(), words)]))
  }
  return option(flags, `${description}: all, none, or some separated by commas`)
    .argParser(parse)
    .default(parse(initial), initial)
}

function knownWord<Word extends string>(word: string, words: readonly Word[]): Word {
  const known = words.find((each) => each === word)
  if (known !== undefined) return known
  throw new InvalidArgumentError(`"${word}" is not known${didYouMean(word, words)}.`)
}

function checkDuration(text: string): string {
  if (parseDuration(text) !== undefined) return text
  throw new InvalidArgumentError('A time is like 100ms or 2s.')
}

/** How long to wait for the report, in milliseconds. */
const timeout = 10_000

/** The report, or why there is none. */
async function fetchReport(target: Target, tooFast: string): Promise<Report | string> {
  const path = `/__admin/report?tooFast=${encodeURIComponent(tooFast)}`
  const address = target.server + prefixOf(target.namespace) + path
  try {
    const reply = await get(target, path, timeout)
    return hasReport(reply) ? JSON.parse(reply.body.toString()) : `${address} says ${reply.status}: ${reply.body}`
  } catch (error) {
    return `${address} does not answer with a report: ${reasonOf(error as Error)}`
  }
}

/** What is no path of the control API is answered as a call of the API. */
function hasReport({ status, headers }: Received): boolean {
  return status === 200 && !('x-sim-replayed' in headers)
}
