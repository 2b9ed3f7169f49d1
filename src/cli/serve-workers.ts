import cluster from 'node:cluster'
import { createLogger, type LogOptions } from '../server/logger.js'
import type { ServeOptions } from '../server/options.js'
import { startServer } from '../server/server.js'
import { joinPrimary } from '../server/workers/peers.js'
import { startWorkers } from '../server/workers/primary.js'
import { logGrace, onSignal } from './exit.js'

/** Serves with so many processes, each of which comes here as well, as it runs with the same arguments. */
export function serveWithWorkers(options: ServeOptions, count: number, logging: LogOptions): Promise<void> {
  return cluster.isPrimary ? lead(count, logging) : work(options, logging)
}

async function lead(count: number, logging: LogOptions): Promise<void> {
  const { log, output, write } = createLogger(logging)
  const workers = startWorkers({ count, log, write, droppedLogLines: output.dropped })
  onSignal((signal) => {
    log.info({ signal }, 'stopping')
    workers.stop()
  })
  process.exitCode = await workers.ended
  await output.end(logGrace)
}

/** Its lines are made ready for people by the process that started it. */
async function work(options: ServeOptions, { level }: LogOptions): Promise<void> {
  const peers = joinPrimary()
  const { log, output } = createLogger({ level, format: 'json', worker: peers.number })
  const droppedLogLines = () => output.dropped() + peers.droppedLogLines()
  const stopped = new Promise<void>((resolve) => {
    peers.onStop(resolve)
    onSignal(() => resolve())
  })
  try {
    const server = await startServer({ ...options, droppedLogLines }, log, peers)
    await stopped
    await server.close()
    await output.end(logGrace)
  } finally {
    peers.leave()
  }
}
