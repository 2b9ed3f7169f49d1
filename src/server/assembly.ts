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
import { openMemoryStore } from './open-memory-store.js'
import type { ServeOptions } from './options.js'
import type { LiveClients } from './reloading-clients.js'
import type { LiveScenarios } from './reloading-scenarios.js'
import { shippedPage } from './shipped.js'
import { readTls } from './tls.js'
import { version } from './version.generated.js'
import type { Peers } from './workers/peers.js'

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

/** What is as usual where it is left out. */
interface Surroundings {
  patience?: Patience | undefined
  /** The other workers, where this process is one of several. */
  peers?: Peers | undefined
  openStore?: typeof openMemoryStore
}

const none = () => []

/** @throws FileError when a key or certificate file has mistakes */
export async function assemble(
  options: Omit<ServeOptions, 'port' | 'scenarios' | 'watch'>,
  scenarios: Pick<LiveScenarios, 'rules'> & Partial<LiveScenarios>,
  { clients, isAmsServed }: Callers,
  log: FastifyBaseLogger,
  { patience, peers, openStore = openMemoryStore }: Surroundings = {},
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
