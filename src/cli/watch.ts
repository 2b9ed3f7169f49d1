import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { Command, Option } from 'commander'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { callLine } from '../server/call-line.js'
import type { JournalView } from '../simulator/journal-schema.js'
import {
  adminTokenOption,
  ask,
  type ClientOptions,
  clientOptions,
  namespaceOption,
  readTarget,
  type Target,
} from './client.js'
import { exitCodes, print, printError } from './exit.js'
import { open, reasonOf } from './send.js'
import { prefixOf } from './server-address.js'

const formats = ['pretty', 'json'] as const
type Format = (typeof formats)[number]

interface WatchOptions extends ClientOptions {
  format: Format
}

export function watchCommand(): Command {
  const command = new Command('watch').description(
    'show the calls to a running server as they come, a line for each; ends with Ctrl-C',
  )
  for (const each of [...clientOptions(), namespaceOption(), adminTokenOption()]) command.addOption(each)
  return command
    .addOption(
      new Option('--format <format>', 'how to print it; json: journal entries').choices(formats).default('pretty'),
    )
    .action(async (options: WatchOptions) => {
      const target = await readTarget(options, command)
      const abort = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort())
      // Such as in `mpp-sim watch | head`.
      process.stdout.once('error', () => abort.abort())
      const problem = await watch(target, options.format, abort.signal)
      if (problem === undefined) return
      printError(problem)
      process.exitCode = exitCodes.crash
    })
}

const path = '/__admin/requests/stream'

/** How long to wait before the next try to reach a server that was there, in milliseconds. */
const pause = 1000

/** Prints calls until it is told to stop. Returns why it could not even begin. */
async function watch(target: Target, format: Format, signal: AbortSignal): Promise<string | undefined> {
  const address = target.server + prefixOf(target.namespace) + path
  const state: State = { lastId: undefined, hasBegun: false, isAway: false }
  while (!signal.aborted) {
    const problem = await follow(target, format, state, signal).catch(
      (error: Error) => `does not answer: ${reasonOf(error)}`,
    )
    if (signal.aborted) break
    if (!state.hasBegun) return `${address} ${problem}`
    if (!state.isAway) printError(`${address} is away; trying again`)
    state.isAway = true
    await setTimeout(pause, undefined, { signal }).catch(() => {})
  }
  return undefined
}

interface State {
  /** The id of the entry that was printed last. */
  lastId: string | undefined
  /** Whether the server was there once. */
  hasBegun: boolean
  /** Whether that it is away has been said. */
  isAway: boolean
}

/** Follows the stream to its end. Returns what the server says in place of one. */
async function follow(target: Target, format: Format, state: State, signal: AbortSignal): Promise<string | undefined> {
  const seen = state.lastId === undefined ? {} : { 'last-event-id': state.lastId }
  const reply = await ask(target, path, (request) =>
    open({ ...request, headers: { ...request.headers, ...seen } }, signal),
  )
  if (!reply.headers['content-type']?.startsWith('text/event-stream'))
    return `says ${reply.statusCode}: ${(await buffer(reply)).toString()}`
  Object.assign(state, { hasBegun: true, isAway: false })
  const parser = createParser({ onEvent: (event) => show(event, format, state) })
  for await (const text of reply.setEncoding('utf8')) parser.feed(text)
  return undefined
}

function show({ event, id, data }: EventSourceMessage, format: Format, state: State): void {
  state.lastId = id ?? state.lastId
  if (event === 'skipped') printError(`${JSON.parse(data).skipped} calls are left out`)
  else print(format === 'json' ? data : lineOf(JSON.parse(data)))
}

function lineOf({ at, result: { resultStatus, resultCode }, ...entry }: JournalView): string {
  const coloured = !process.env.NO_COLOR && isatty(1)
  return callLine(at, { ...entry, resultStatus, resultCode }, { coloured })
}
