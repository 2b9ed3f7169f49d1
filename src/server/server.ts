import type { FastifyBaseLogger } from 'fastify'
import { assemble, openCallers } from './assembly.js'
import { type Server, serve } from './listening.js'
import { openStore } from './open-store.js'
import type { ServeOptions } from './options.js'
import { preload } from './preload.js'
import { openScenarios } from './reloading-scenarios.js'
import type { Peers } from './workers/peers.js'

/** How long after the start what is loaded on demand is loaded, in milliseconds. */
const preloadAfter = 500

/**
 * `peers` are the other workers, where this process is one of several.
 * @throws FileError for a scenario, clients, key or certificate file with mistakes; Node's errors if it cannot listen
 */
export async function startServer(options: ServeOptions, log: FastifyBaseLogger, peers?: Peers): Promise<Server> {
  // All workers read the same files.
  const fileLog = peers === undefined || peers.number === 1 ? log : log.child({}, { level: 'silent' })
  const callers = await openCallers(options, fileLog)
  const scenarios = await openScenarios(options.scenarios, fileLog, callers.isAmsServed)
  const { app, simulator } = await assemble(options, scenarios, callers, log, { peers, openStore })
  const server = await serve(app, options, log, { onListening: peers?.onListening })
  void scenarios.lint()
  if (options.watch) {
    scenarios.watch((rules) => simulator.replaceRules(rules))
    callers.clients?.watch()
  }
  setTimeout(preload, preloadAfter).unref()
  return {
    url: server.url,
    async close() {
      scenarios.close()
      callers.clients?.close()
      await server.close()
    },
  }
}
