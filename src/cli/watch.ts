import { setTimeout } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { callLine } from '../server/call-line.js'
import type { JournalView } from '../simulator/journal-schema.js'
import { exitCodes, print, printError } from './exit.js'
import { option } from './option.js'

const formats = ['pretty', 'json'] as const

interface WatchOptions {
  url: string
  namespace?: string
  adminToken?: string
  format: (typeof formats)[number]
}

export function watchCommand(): Command {
  return new Command('watch')
    .description('show the calls to a running server as they come, a line for each; ends with Ctrl-C')
    .addOption(option('--url <url>', 'where the server is').default('http://127.0.0.1:8080'))
    .addOption(option('--namespace <name>', 'watch this namespace (default: the one without a prefix)'))
    .addOption(option('--admin-token <token>', 'what the server demands'))
    .addOption(
      new Option('--format <format>', 'how to print it; json: journal entries').choices(formats).default('pretty'),
    )
    .action(async (options: WatchOptions) => {
      const abort = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort())
      // Such as in `mpp-sim watch | head`.
      process.stdout.once('error', () => abort.abort())
      const problem = await watch(options, abort.signal)
      if (problem === undefined) return
      printError(problem)
      process.exitCode = exitCodes.crash
    })
}

/** How long to wait before the next try to reach a server that was there, in milliseconds. */
const pause = 1000

/** Prints calls until it is told to stop. Returns why it could not even begin. */
async function watch(options: WatchOptions, signal: AbortSignal): Promise<string | undefined> {
  const address = `${options.url.replace(/\/+$/, '')}${prefixOf(options)}/__admin/requests/stream`
  const state: State = { lastId: undefined, hasBegun: false }
  let hasComplained = false
  while (!signal.aborted) {
    const problem = await follow(address, options, state, signal).catch(reasonOf)
    if (signal.aborted) break
    if (!state.hasBegun) return `${address} ${problem}`
    if (!hasComplained || problem === undefined) printError(`${address} is away; trying again`)
    hasComplained = true
    await setTimeout(pause, undefined, { signal }).catch(() => {})
  }
  return undefined
}

interface State {
  /** The id of the entry that was printed last. */
  lastId: string | undefined
  /** Whether the server was there once. */
  hasBegun: boolean
}

function prefixOf({ namespace }: WatchOptions): string {
  return namespace === undefined ? '' : `/ns/${encodeURIComponent(namespace)}`
}

/** Follows the stream to its end. Returns what the server says in place of one. */
async function follow(
  address: string,
  { adminToken, format }: WatchOptions,
  state: State,
  signal: AbortSignal,
): Promise<string | undefined> {
  const headers: Record<string, string> = {}
  if (adminToken !== undefined) headers.authorization = `Bearer ${adminToken}`
  if (state.lastId !== undefined) headers['last-event-id'] = state.lastId
  const reply = await fetch(address, { headers, signal })
  if (!reply.headers.get('content-type')?.startsWith('text/event-stream') || reply.body === null)
    return `says ${reply.status}: ${await reply.text()}`
  state.hasBegun = true
  const events = reply.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  for await (const { event, id, data } of events) {
    state.lastId = id ?? state.lastId
    if (event === 'skipped') printError(`${JSON.parse(data).skipped} calls are left out`)
    else print(format === 'json' ? data : lineOf(JSON.parse(data)))
  }
  return undefined
}

function lineOf({ at, result: { resultStatus, resultCode }, ...entry }: JournalView): string {
  const coloured = process.stdout.isTTY && !process.env.NO_COLOR
  return callLine(at, { ...entry, resultStatus, resultCode }, { coloured })
}

function reasonOf(error: Error): string {
  return `does not answer: ${error.cause instanceof Error ? error.cause.message : error.message}`
}
