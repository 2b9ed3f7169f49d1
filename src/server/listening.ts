import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ServeOptions } from './options.js'
import type { ListeningAt } from './workers/peers.js'

export interface Server {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  url: string
  /** Stops listening, lets running calls end for a moment, then cuts what is left. */
  close(): Promise<void>
}

/** The time that running calls get to end after close, in milliseconds. */
const defaultGrace = 1000

/**
 * Listens, and says so in the log unless `onListening` is there for it. `grace` is the time that running calls get to end
 * after close, in milliseconds.
 * @throws Node's errors
 */
export async function serve(
  app: FastifyInstance,
  options: Pick<ServeOptions, 'host' | 'port' | 'tlsCert'>,
  log: FastifyBaseLogger,
  {
    grace = defaultGrace,
    onListening = (where) => log.info(where, 'listening'),
  }: { grace?: number; onListening?: ((where: ListeningAt) => void) | undefined } = {},
): Promise<Server> {
  await listen(app, options).catch(async (error) => {
    await app.close()
    throw error
  })
  const url = urlOf(app, options.tlsCert === undefined ? 'http' : 'https')
  const ui = app.hasRoute({ method: 'GET', url: '/ui' }) ? `${url}/ui` : undefined
  onListening({ url, docs: `${url}/docs`, ui })
  return { url, close: () => closeWithin(app, grace) }
}

/** In place of Fastify's listen, which logs a line for each address of the machine. */
async function listen(app: FastifyInstance, { host, port }: Pick<ServeOptions, 'host' | 'port'>): Promise<void> {
  await app.ready()
  app.server.listen({ host, port })
  try {
    await once(app.server, 'listening')
  } catch (error) {
    await app.close()
    throw error
  }
}

function urlOf(app: FastifyInstance, scheme: string): string {
  const { address, family, port } = app.server.address() as AddressInfo
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

async function closeWithin(app: FastifyInstance, milliseconds: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), milliseconds)
  await app.close()
  clearTimeout(timer)
}
