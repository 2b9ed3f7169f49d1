import type { FastifyBaseLogger } from 'fastify'
import { type Clients, checkClients } from '../scenarios/clients.js'
import { formatFinding } from '../scenarios/finding.js'
import { readClients } from '../scenarios/load-clients.js'
import type { Sources } from '../scenarios/sources.js'
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
  const read = () => readClients(path)
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

  return {
    current: () => clients,
    problems: () => errors.map(formatFinding),
    watch() {
      close = watchSources({ read, interval: watchInterval, first, onChange }).close
    },
    close: () => close(),
  }
}

function logLoaded(log: FastifyBaseLogger, file: string, clients: Clients): void {
  log.info({ file, clients: [...clients.keys()] }, 'clients loaded')
}
