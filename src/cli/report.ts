import { Command, InvalidArgumentError, Option } from 'commander'
import { resultCodes } from '../protocol/result.js'
import { didYouMean } from '../scenarios/did-you-mean.js'
import { parseDuration } from '../scenarios/duration.js'
import type { Report } from '../simulator/report/report.js'
import { verdictKinds } from '../simulator/report/violation.js'
import { exitCodes, print, printError } from './exit.js'
import { option } from './option.js'
import { type Demands, failures, judge, type ReportFormat, reportFormats, reportText } from './report-text.js'

interface ReportOptions extends Demands {
  url: string
  namespace?: string
  adminToken?: string
  tooFast: string
  format: ReportFormat
}

export function reportCommand(): Command {
  return new Command('report')
    .description('say what a running server has shown to its caller, and what the caller did wrong; for CI')
    .addOption(option('--url <url>', 'where the server is').default('http://127.0.0.1:8080'))
    .addOption(option('--namespace <name>', 'report on this namespace (default: the one without a prefix)'))
    .addOption(option('--admin-token <token>', 'what the server demands'))
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
      const report = await fetchReport(options)
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

/** The report, or why there is none. */
async function fetchReport({ url, namespace, adminToken, tooFast }: ReportOptions): Promise<Report | string> {
  const prefix = namespace === undefined ? '' : `/ns/${encodeURIComponent(namespace)}`
  const address = `${url.replace(/\/+$/, '')}${prefix}/__admin/report?tooFast=${encodeURIComponent(tooFast)}`
  const headers: Record<string, string> = adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` }
  try {
    const reply = await fetch(address, { headers, signal: AbortSignal.timeout(10_000) })
    const text = await reply.text()
    return reply.ok && hasReport(reply) ? JSON.parse(text) : `${address} says ${reply.status}: ${text}`
  } catch (error) {
    return `${address} does not answer with a report: ${reasonOf(error)}`
  }
}

/** What is no path of the control API, such as one with an impossible namespace, is answered as a call of the API. */
function hasReport({ headers }: Response): boolean {
  return !headers.has('x-sim-replayed')
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message : message
}
