import type { IncomingMessage } from 'node:http'
import type { ServerOptions as TlsOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify'
import type { ResultError } from '../protocol/result.js'
import type { ScenarioFindings } from '../scenarios/finding.js'
import type { Awaitable } from '../simulator/awaitable.js'
import { control } from './admin/control.js'
import { lazyDocs } from './docs/lazy-docs.js'
import { asResultError } from './errors.js'
import { createForeignPages } from './foreign-pages.js'
import { health, type Readiness } from './health.js'
import { type MetricsOptions, metrics } from './metrics/metrics.js'
import { createTally } from './metrics/tally.js'
import { notFound } from './not-found.js'
import { toRefusal } from './payments/answer.js'
import { brokenTunnel, createBrokenRequestHandler } from './payments/broken-request.js'
import { trackTcp } from './payments/connection.js'
import { originForm } from './payments/origin-form.js'
import { type PaymentsOptions, payments } from './payments/payments.js'
import { createResponder } from './payments/respond.js'
import { profileBefore, profilesServed } from './payments/served.js'
import { createSigning, type Signing } from './payments/signing.js'
import { boundReplies } from './pending-replies.js'
import { compilersFactory } from './schema-compilers.js'
import { logTlsFailures } from './tls-failures.js'
import { ui } from './ui/ui.js'

export interface AppOptions
  extends Omit<PaymentsOptions, 'respond' | 'signing'>,
    Pick<MetricsOptions, 'gatherMetrics'> {
  /** By default no signature is checked, and replies to signed calls are signed. */
  signing?: Signing | undefined
  /** Serves HTTPS. */
  tls?: TlsOptions | undefined
  /** Epoch milliseconds. */
  now: () => number
  log: FastifyBaseLogger
  /** Always ready by default. */
  readiness?: (() => Awaitable<Readiness>) | undefined
  /** The number of changed scenario files that were not loaded because of mistakes; 0 by default. */
  failedReloads?: (() => number) | undefined
  /** How many lines the log has dropped; 0 by default. */
  droppedLogLines?: (() => number) | undefined
  /** Whether there is a control API. */
  admin: boolean
  /** The bearer token of the control API, if any. */
  adminToken?: string | undefined
  /** The folder of the built live page; without one there is no page. */
  page?: string | undefined
  /** What the scenario files have of mistakes and warnings; nothing by default. */
  findings?: (() => ScenarioFindings) | undefined
  /** Names that pages of the simulator may be known by, beside those of the machine. */
  allowHosts?: readonly string[] | undefined
  /** The simulator's own version, for the OpenAPI document. */
  version: string
}

/** How long a client may take to send a request, in milliseconds. */
const requestTimeout = 30_000

/** How often Node looks for clients that take longer, in milliseconds. */
const connectionsCheckingInterval = 2000

/** The longest text of a route parameter: an id of 64 characters, or a rule id, percent-encoded. */
const maxParamLength = 2048

const ready: Readiness = { ready: true, problems: [] }
const noFindings: ScenarioFindings = { mistakes: [], warnings: [] }

/** Node would answer a request without Host by an empty 400; callers of the API get its envelope. */
const requireHostHeader = false

/** What the server speaks, for clients that ask before they send. */
const ALPNProtocols = ['http/1.1', 'http/1.0']

/** The simulator as an HTTP application that does not listen yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, now, paths, tls, page, profile } = options
  const { signing = createSigning(), findings = () => noFindings } = options
  const { readiness = () => ready, failedReloads = () => 0 } = options
  // The page is a face of the control API, and goes with it.
  const hasPage = options.admin && page !== undefined
  const foreignPages = createForeignPages({ allowHosts: options.allowHosts ?? [], log })
  const tally = createTally()
  const respond = createResponder({ ...options, signing, observe: tally.count })
  const refuse = (error: FastifyError | ResultError, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = asResultError(error)
    if (refusal !== error && refusal.resultCode === 'UNKNOWN_EXCEPTION') log.error(error)
    return respond(request, reply, toRefusal(refusal, request.profile ?? profileBefore(profile)))
  }
  const answerBroken = createBrokenRequestHandler({ ...options, observe: tally.count })
  const http = { requireHostHeader, connectionsCheckingInterval }
  const app = fastify({
    ...(tls === undefined ? { http } : { https: { ...http, ...tls, ALPNProtocols } }),
    requestTimeout,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength },
    rewriteUrl: ({ url = '/' }) => originForm(url),
    clientErrorHandler: answerBroken,
    frameworkErrors: refuse,
    schemaController: { compilersFactory },
  })
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.server.on('connect', (request: IncomingMessage, socket: Socket) => answerBroken(brokenTunnel(request), socket))
  boundReplies(app)
  if (tls !== undefined) {
    trackTcp(app)
    logTlsFailures(app.server as unknown as TlsServer, { log, now, count: tally.countTlsFailure })
  }
  app.setErrorHandler<FastifyError | ResultError>(refuse)
  const isAmsServed = () => profilesServed(profile, signing.clients()).ams
  const answerUnknown = notFound(paths, { home: hasPage ? '/ui' : '/docs', isAmsServed })
  app.decorateRequest('profile', profileBefore(profile))
  app.decorateRequest('arrivedAt', undefined)
  app.addHook('onRequest', (request, reply, done) => {
    request.arrivedAt = now()
    if (!request.is404) return done()
    answerUnknown(request, reply)
  })
  app.setNotFoundHandler(answerUnknown)
  const routes = async (scope: FastifyInstance) => {
    await scope.register(payments, { ...options, respond, signing })
    if (options.admin) await scope.register(control, { ...options, signing, findings, foreignPages })
  }
  await app.register(lazyDocs, { routes, version: options.version, page, hasPage, foreignPages })
  await app.register(health, { readiness })
  const problems = async () => (await readiness()).problems.length
  await app.register(metrics, { ...options, failedReloads, problems, tally })
  if (hasPage) await app.register(ui, { page, foreignPages })
  await routes(app)
  return app
}
