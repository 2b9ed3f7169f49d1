import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { buildApp } from '../http/app.js'
import { profilesServed } from '../http/payments/served.js'
import { createSigning, type Signing } from '../http/payments/signing.js'
import { cancelPaymentPaths } from '../protocol/cancel-payment.js'
import type { CallDefaults } from '../simulator/described-call.js'
import type { Patience } from '../simulator/patience.js'
import { createSimulator, type Simulator } from '../simulator/simulator.js'
import { createClock } from './clock.js'
import { readOwnKey } from './key-files.js'
import { openStore } from './open-store.js'
import type { ServeOptions } from './options.js'
import { preload } from './preload.js'
import type { LiveClients } from './reloading-clients.js'
import { type LiveScenarios, openScenarios } from './reloading-scenarios.js'
import { shippedPage } from './shipped.js'
import { readTls } from './tls.js'
import { version } from './version.generated.js'
import type { ListeningAt, Peers } from './workers/peers.js'

export interface Server {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  url: string
  /** Stops listening, lets running calls end for a moment, then cuts what is left. */
  close(): Promise<void>
}

/** All parts, connected but not listening. */
export interface Assembly {
  app: FastifyInstance
  simulator: Simulator
  signing: Signing
  /** Whose calls are served. */
  calls: () => CallDefaults
}

/** Who may call. */
export interface Callers {
  /** Nothing where anybody may. */
  clients: LiveClients | undefined
  /** Whether acquirers may call as the official SDKs do. */
  isAmsServed: () => boolean
}

/** How long after the start what is loaded on demand is loaded, in milliseconds. */
const preloadAfter = 500

/** The time that running calls get to end after close, in milliseconds. */
const defaultGrace = 1000

/**
 * `peers` are the other workers, where this process is one of several.
 * @throws FileError for a scenario, clients, key or certificate file with mistakes; Node's errors if it cannot listen
 */
export async function startServer(options: ServeOptions, log: FastifyBaseLogger, peers?: Peers): Promise<Server> {
  // All workers read the same files.
  const fileLog = peers === undefined || peers.number === 1 ? log : log.child({}, { level: 'silent' })
  const callers = await openCallers(options, fileLog)
  const scenarios = await openScenarios(options.scenarios, fileLog, callers.isAmsServed)
  const { app, simulator } = await assemble(options, scenarios, callers, log, { peers })
  const server = await serve(app, options, log, { onListening: peers?.onListening })
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

const none = () => []

/** @throws FileError when a key or certificate file has mistakes */
export async function assemble(
  options: Omit<ServeOptions, 'port' | 'scenarios' | 'watch'>,
  scenarios: Pick<LiveScenarios, 'rules'> & Partial<LiveScenarios>,
  { clients, isAmsServed }: Callers,
  log: FastifyBaseLogger,
  { patience, peers }: { patience?: Patience | undefined; peers?: Peers | undefined } = {},
): Promise<Assembly> {
  const { problems: scenarioProblems = none } = scenarios
  const ownKey = await readOwnKey(options.privateKey)
  const tls = await readTls(options)
  const { store, countCall, problems, notes, closeStore } = await openStore(options, log)
  const simulator = createSimulator({ rules: scenarios.rules, store, seed: options.seed, isAmsServed, patience })
  const { sign, keyVersion } = options
  const signing = createSigning({ clients: clients?.current, sign, ownKey, keyVersion, makeOwnKey: peers?.makeOwnKey })
  const readiness = () => ({
    ready: problems().length === 0,
    problems: [...problems(), ...notes(), ...scenarioProblems(), ...(clients?.problems() ?? [])],
  })
  const app = await buildApp({
    simulator,
    log,
    version,
    profile: options.profile,
    acquirerId: options.acquirerId,
    pspId: options.pspId,
    now: createClock(),
    paths: [...new Set([...cancelPaymentPaths, ...options.paths])],
    strictAccept: options.strictAccept,
    rateLimit: options.rateLimit,
    countCall,
    signing,
    tls,
    allowHosts: [options.host, ...options.allowHosts],
    admin: options.admin,
    adminToken: options.adminToken,
    page: shippedPage,
    findings: scenarios.findings,
    failedReloads: scenarios.failedReloads,
    droppedLogLines: options.droppedLogLines,
    readiness: peers?.gatherReadiness(readiness) ?? readiness,
    gatherMetrics: peers?.gatherMetrics,
  })
  app.addHook('onClose', async () => closeStore())
  const { profile, acquirerId, pspId } = options
  const calls = () => ({ served: profilesServed(profile, clients?.current()).aps, acquirerId, pspId })
  return { app, simulator, signing, calls }
}

/** @throws FileError when the clients file has mistakes */
export async function openCallers(
  { clients: file, profile }: Pick<ServeOptions, 'clients' | 'profile'>,
  log: FastifyBaseLogger,
): Promise<Callers> {
  const clients = await liveClients(file, log)
  return { clients, isAmsServed: () => profilesServed(profile, clients?.current()).ams }
}

/** Most servers have no clients file, and start faster without its reader. */
async function liveClients(file: string | undefined, log: FastifyBaseLogger): Promise<LiveClients | undefined> {
  if (file === undefined) return undefined
  const { openClients } = await import('./reloading-clients.js')
  return openClients(file, log)
}

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
