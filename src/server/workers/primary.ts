import cluster, { type Worker } from 'node:cluster'
import { EventEmitter, once } from 'node:events'
import type { FastifyBaseLogger } from 'fastify'
import type { Readiness } from '../../http/health.js'
import type { MetricValues } from '../../http/metrics/metrics.js'
import { type KeyPair, keyToPem, makeKeyPair } from '../../protocol/keys.js'
import { createDialog, type Dialog } from './dialog.js'
import { readLines } from './log-lines.js'
import { numberVariable } from './number.js'
import type { ListeningAt } from './peers.js'
import { createRestarts, type Restarts } from './restarts.js'

export interface WorkersOptions {
  count: number
  log: FastifyBaseLogger
  /** Takes the lines that workers log. */
  write: (line: string) => void
  /** How many of them were dropped. */
  droppedLogLines: () => number
}

export interface Workers {
  /** Ends all of them in peace, or after a while by force. */
  stop(): void
  /** Settles when all have ended: with 0 after `stop`, else with the exit code of the worker that could not be kept up. */
  ended: Promise<number>
}

/** How long a worker may take to tell of itself, in milliseconds. */
const answerLimit = 2000

/** How long a worker may take to end, in milliseconds: more than it gives running calls and its log together. */
const stopLimit = 4000

interface Member {
  number: number
  worker: Worker
  dialog: Dialog
  restarts: Restarts
  /** When it began to listen, in milliseconds since any moment; infinity until then. */
  listeningSince: number
}

/**
 * Starts this program again, with the same arguments, as so many workers behind one port. The first one is alone until
 * it listens, so that a mistake in a file is told once. From then on a worker that ends is started again.
 */
export function startWorkers({ count, log, write, droppedLogLines }: WorkersOptions): Workers {
  cluster.setupPrimary({ stdio: ['ignore', 'pipe', 'inherit', 'ipc'], serialization: 'advanced' })
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  /** Those that run, by number. */
  const members = new Map<number, Member>()
  const timers = new Set<NodeJS.Timeout>()
  let url: string | undefined
  let key: Promise<KeyPair> | undefined
  /** The exit code of all, once it is known. */
  let code: number | undefined
  const events = new EventEmitter()
  const ended = once(events, 'end').then(([exitCode]) => Number(exitCode))

  function start(number: number, restarts = createRestarts()): void {
    const worker = cluster.fork({ [numberVariable]: String(number) })
    const answers = new Map<string, (data: unknown) => unknown>([
      ['listening', (where) => onListening(member, where as ListeningAt)],
      ['readiness', gatherReadiness],
      ['metrics', gatherMetrics],
      ['own key', ownKey],
    ])
    const dialog = createDialog((message) => void worker.send(message, ignore), answers)
    const member: Member = { number, worker, dialog, restarts, listeningSince: Number.POSITIVE_INFINITY }
    members.set(number, member)
    worker.on('message', dialog.receive)
    if (worker.process.stdout) readLines(worker.process.stdout, write)
    // By then its last lines have come as well.
    worker.process.once('close', (exitCode: number | null, signal: string | null) => onClose(member, exitCode, signal))
  }

  function onListening(member: Member, where: ListeningAt): void {
    member.listeningSince = performance.now()
    if (code !== undefined) return
    const isFirst = url === undefined && members.size === 1
    if (isFirst) for (const number of numbers.slice(1)) start(number)
    if (url === where.url || ![...members.values()].every(isListening)) return
    url = where.url
    log.info({ ...where, workers: [...members.values()].map(({ worker }) => worker.process.pid) }, 'listening')
  }

  function onClose({ number, restarts, listeningSince }: Member, exitCode: number | null, signal: string | null): void {
    members.delete(number)
    if (code !== undefined) {
      endIfAlone(code)
      return
    }
    const about = { worker: number, exitCode, signal }
    const pauseMs = url === undefined ? undefined : restarts.pauseAfter(performance.now() - listeningSince)
    if (pauseMs === undefined) {
      log.error(about, url === undefined ? 'a worker cannot start' : 'a worker ends at once again and again')
      end(Math.max(1, Number(exitCode)))
      return
    }
    log.error({ ...about, pauseMs }, 'a worker has ended, and is started again')
    timers.add(setTimeout(start, pauseMs, number, restarts))
  }

  function end(exitCode: number): void {
    if (code !== undefined) return
    code = exitCode
    for (const timer of timers) clearTimeout(timer)
    for (const { worker, dialog } of members.values()) {
      void dialog.ask('stop')
      const killer = setTimeout(() => worker.process.kill('SIGKILL'), stopLimit)
      worker.process.once('close', () => clearTimeout(killer))
    }
    endIfAlone(code)
  }

  function endIfAlone(code: number): void {
    if (members.size === 0) events.emit('end', code)
  }

  async function gatherReadiness(): Promise<Readiness> {
    const told = await Promise.all(numbers.map(readinessOf))
    return {
      ready: told.every(({ ready }) => ready),
      problems: [...new Set(told.flatMap(({ problems }) => problems))],
    }
  }

  async function readinessOf(number: number): Promise<Readiness> {
    const member = members.get(number)
    const notReady = (why: string) => ({ ready: false, problems: [`worker ${number} of ${count} ${why}`] })
    if (member === undefined || !isListening(member)) return notReady('is starting')
    const told = await member.dialog.ask('readiness', undefined, answerLimit)
    return (told as Readiness | undefined) ?? notReady('does not answer')
  }

  async function gatherMetrics(): Promise<MetricValues[]> {
    const dropped = droppedLogLines()
    const asked = [...members.values()].map(({ dialog }) => dialog.ask('metrics', dropped, answerLimit))
    return (await Promise.all(asked)).filter((told) => told !== undefined) as MetricValues[]
  }

  async function ownKey(): Promise<string> {
    key ??= makeKeyPair()
    return keyToPem((await key).privateKey)
  }

  start(1)
  return { stop: () => end(0), ended }
}

function isListening({ listeningSince }: Member): boolean {
  return Number.isFinite(listeningSince)
}

function ignore(): void {}
