import type { FastifyBaseLogger } from 'fastify'
import { type Clients, checkClients } from '../scenarios/clients.js'
import { formatFinding } from '../scenarios/finding.js'
import { readClients } from '../scenarios/load-clients.js'
import type { KnownFiles, Sources } from '../scenarios/sources.js'
import { watchSources } from '../scenarios/watch.js'
import { FileError } from './file-error.js'

/** Clients from a file that may change while they are in force. */
export interface LiveClients {
  /** The last good ones. */
  current(): Clients
  /** What is wrong with the file as it is now. */
  problems(): readonly string[]
  /** Looks for changes of the file and of the key files that it names, and puts valid ones in force. */
  watch(): void
  close(): void
}

const watchInterval = 500

/** @throws FileError when the file has mistakes to begin with */
export async function openClients(path: string, log: FastifyBaseLogger): Promise<LiveClients> {
  const known: KnownFiles = new Map()
  const read = () => readClients(path, known)
  const first = await read()
  let { clients, errors } = checkClients(first)
  if (errors.length > 0) throw new FileError(errors.map(formatFinding).join('\n'))
  logLoaded(log, path, clients)
  let close = () => {}

  function onChange(changed: Sources): void {
    const next = checkClients(changed)
    errors = next.errors
    if (errors.length > 0) {
      log.error({ problems: errors.map(formatFinding) }, 'the clients file is wrong; the last good clients stay')
      return
    }
    clients = next.clients
    logLoaded(log, path, clients)
  }

  function onError(error: unknown): void {
    const message = `the change was not taken up: ${String(error)}`
    errors = [{ file: path, line: 1, column: 1, message }]
    log.error({ err: error, file: path }, 'the clients file cannot be taken up; the last good clients stay')
  }

  return {
    current: () => clients,
    problems: () => errors.map(formatFinding),
    watch() {
      close = watchSources({ read, interval: watchInterval, first, onChange, onError }).close
    },
    close: () => close(),
  }
}

function logLoaded(log: FastifyBaseLogger, file: string, clients: Clients): void {
  log.info({ file, clients: [...clients.keys()] }, 'clients loaded')
}
