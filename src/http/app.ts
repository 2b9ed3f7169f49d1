import type { ServerOptions as TlsOptions } from 'node:https'
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import type { ResultError } from '../protocol/result.js'
import { answerOfRefusal } from './answer.js'
import { answerBrokenRequest } from './broken-request.js'
import { trackTcp } from './connection.js'
import { addDocs } from './docs.js'
import { bodyLimit, refusalOf } from './errors.js'
import { health, type Readiness } from './health.js'
import { notFound } from './not-found.js'
import { originForm } from './origin-form.js'
import { type PaymentsOptions, payments } from './payments.js'
import { publicKey } from './public-key.js'
import { createResponder } from './respond.js'
import { createSigning, type Signing } from './signing.js'

export interface AppOptions extends Omit<PaymentsOptions, 'respond' | 'signing'> {
  /** By default nobody is checked, and replies to signed calls are signed. */
  signing?: Signing | undefined
  /** Serves HTTPS. */
  tls?: TlsOptions | undefined
  /** Epoch milliseconds. */
  now: () => number
  log: FastifyBaseLogger
  readiness: () => Readiness
  /** The simulator's own version, for the OpenAPI document. */
  version: string
}

/** How long a client may take to send a request, in milliseconds. */
const requestTimeout = 30_000

/** The simulator as an HTTP application that does not listen yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, now, paths, tls, signing = createSigning() } = options
  const respond = createResponder({ now, signing })
  const refuse = (error: FastifyError | ResultError, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refusalOf(error)
    if (refusal.resultCode === 'UNKNOWN_EXCEPTION') log.error(error)
    return respond(request, reply, answerOfRefusal(refusal))
  }
  const app = fastify({
    ...(tls === undefined ? {} : { https: tls }),
    loggerInstance: log,
    childLoggerFactory: (parent) => parent,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => originForm(url),
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, now()),
    frameworkErrors: refuse,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true, keywords: ['x-examples'] } },
  })
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  if (tls !== undefined) trackTcp(app)
  app.setErrorHandler<FastifyError | ResultError>(refuse)
  const answerUnknown = notFound(paths)
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done()
    answerUnknown(request, reply)
  })
  app.setNotFoundHandler(answerUnknown)
  await addDocs(app, options)
  await app.register(health, options)
  await app.register(publicKey, { signing })
  await app.register(payments, { ...options, respond, signing })
  return app
}
