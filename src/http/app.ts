import type { ServerOptions as TlsOptions } from 'node:https'
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify'
import type { ResultError } from '../protocol/result.js'
import { control } from './admin/control.js'
import { lazyDocs } from './docs/lazy-docs.js'
import { asResultError } from './errors.js'
import { health, type Readiness } from './health.js'
import { metrics } from './metrics/metrics.js'
import { createTally } from './metrics/tally.js'
import { notFound } from './not-found.js'
import { toRefusal } from './payments/answer.js'
import { answerBrokenRequest } from './payments/broken-request.js'
import { trackTcp } from './payments/connection.js'
import { originForm } from './payments/origin-form.js'
import { type PaymentsOptions, payments } from './payments/payments.js'
import { createResponder } from './payments/respond.js'
import { createSigning, type Signing } from './payments/signing.js'
import { boundReplies } from './pending-replies.js'
import { compilersFactory } from './schema-compilers.js'

export interface AppOptions extends Omit<PaymentsOptions, 'respond' | 'signing'> {
  /** By default nobody is checked, and replies to signed calls are signed. */
  signing?: Signing | undefined
  /** Serves HTTPS. */
  tls?: TlsOptions | undefined
  /** Epoch milliseconds. */
  now: () => number
  log: FastifyBaseLogger
  readiness: () => Readiness
  /** How many changes of scenario files were not taken up because they had mistakes. */
  failedReloads: () => number
  /** Whether there is a control API. */
  admin: boolean
  /** What callers of the control API have to show, if anything. */
  adminToken?: string | undefined
  /** The simulator's own version, for the OpenAPI document. */
  version: string
}

/** How long a client may take to send a request, in milliseconds. */
const requestTimeout = 30_000

/** The longest text of a route parameter: an id of 64 characters, or a rule id, percent-encoded. */
const maxParamLength = 2048

/** The simulator as an HTTP application that does not listen yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, now, paths, tls, signing = createSigning() } = options
  const tally = createTally()
  const respond = createResponder({ ...options, signing, observe: tally.count })
  const refuse = (error: FastifyError | ResultError, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = asResultError(error)
    if (refusal !== error && refusal.resultCode === 'UNKNOWN_EXCEPTION') log.error(error)
    return respond(request, reply, toRefusal(refusal))
  }
  const app = fastify({
    ...(tls === undefined ? {} : { https: tls }),
    requestTimeout,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength },
    rewriteUrl: ({ url = '/' }) => originForm(url),
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, now()),
    frameworkErrors: refuse,
    schemaController: { compilersFactory },
  })
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  if (tls !== undefined) trackTcp(app)
  boundReplies(app)
  app.setErrorHandler<FastifyError | ResultError>(refuse)
  const answerUnknown = notFound(paths)
  app.decorateRequest('arrivedAt', undefined)
  app.addHook('onRequest', (request, reply, done) => {
    request.arrivedAt = now()
    if (!request.is404) return done()
    answerUnknown(request, reply)
  })
  app.setNotFoundHandler(answerUnknown)
  const routes = async (scope: FastifyInstance) => {
    await scope.register(payments, { ...options, respond, signing })
    if (options.admin) await scope.register(control, { ...options, signing })
  }
  await app.register(lazyDocs, { answerUnknown, routes, version: options.version })
  await app.register(health, options)
  await app.register(metrics, { ...options, tally })
  await routes(app)
  return app
}
