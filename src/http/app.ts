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
import { type PaymentsOptions, payments } from './payments.js'
import { createResponder } from './respond.js'

export interface AppOptions extends Omit<PaymentsOptions, 'respond'> {
  /** Epoch milliseconds. */
  now: () => number
  log: FastifyBaseLogger
  readiness: () => Readiness
  /** The simulator's own version, for the OpenAPI document. */
  version: string
  /** Serves TLS with this key and certificate; with `ca`, it may ask for the client's. All in PEM. */
  https?: TlsOptions
}

export interface TlsOptions {
  key: string | Buffer
  cert: string | Buffer
  ca?: string | Buffer
  requestCert?: boolean
}

/** How long a client may take to send a request, in milliseconds. */
const requestTimeout = 30_000

/** The simulator as an HTTP application that does not listen yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, now, paths, https = null } = options
  const respond = createResponder(options)
  const refuse = (error: FastifyError | ResultError, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refusalOf(error)
    if (refusal.resultCode === 'UNKNOWN_EXCEPTION') log.error(error)
    return respond(request, reply, answerOfRefusal(refusal))
  }
  const app = fastify({
    https,
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
  if (https !== null) trackTcp(app)
  app.setErrorHandler<FastifyError | ResultError>(refuse)
  const answerUnknown = notFound(paths)
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done()
    answerUnknown(request, reply)
  })
  app.setNotFoundHandler(answerUnknown)
  await addDocs(app, options)
  await app.register(health, options)
  await app.register(payments, { ...options, respond })
  return app
}

/** A request target without scheme and host, which some clients send along. */
function originForm(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*\/?/i, '/')
}
