import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { amsPaths } from '../../protocol/ams.js'
import type { CallProfile } from '../../protocol/profile.js'
import { ResultError } from '../../protocol/result.js'
import { after } from '../../simulator/awaitable.js'
import type { Simulator } from '../../simulator/simulator.js'
import { callNamespace, checkNamespaceHeader, namespacePrefix, splitNamespace } from '../namespace.js'
import { toAnswer } from './answer.js'
import { checkEncoding, decodeText, parseBody, readRawBody } from './body.js'
import { expectedProfile, type ProfileOptions, readCall } from './call.js'
import { holdUntil } from './connection.js'
import { createContentTypeCheck } from './content-type.js'
import { createGathering } from './gathering.js'
import { amsOperation, cancelPaymentOperation } from './operation.js'
import type { CallCounter, RateLimit } from './rate-limit.js'
import type { Respond } from './respond.js'
import { amsNotServed, checkAmsCaller, profilesServed } from './served.js'
import type { Signing } from './signing.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, as far as it is known by then. */
    profile: CallProfile | undefined
    /** The bytes of the body as they came; nothing where none came. */
    rawBody: Buffer | undefined
    /** The same as text, once it is known to be UTF-8. */
    bodyText: string | undefined
  }
}

export interface PaymentsOptions extends ProfileOptions {
  simulator: Simulator
  respond: Respond
  signing: Signing
  /** Where the API is to be found. */
  paths: readonly string[]
  strictAccept: boolean
  /** Without one, clients call as often as they like. */
  rateLimit?: RateLimit | undefined
  /** Counts their calls; by default in this process. */
  countCall?: CallCounter | undefined
}

/** @throws ResultError PARAM_ILLEGAL */
function checkHost({ headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion !== '1.0')
    throw new ResultError('PARAM_ILLEGAL', { reason: `the Host header is missing, which HTTP/${httpVersion} demands` })
}

/** The API of the MPP and, for acquirers, that of Alipay+. */
export async function payments(app: FastifyInstance, options: PaymentsOptions): Promise<void> {
  const { paths, signing, profile } = options
  const served = profilesServed(profile, signing.clients())
  app.decorateRequest('rawBody', undefined)
  app.decorateRequest('bodyText', undefined)
  app.decorateRequest('caller', undefined)
  app.decorateRequest('signedPath', undefined)

  await app.register(async (scope) => {
    const cancelPayment = await addChecks(scope, options)
    paths.forEach((path, index) => {
      addRoute(scope, path, cancelPaymentOperation(served.aps, index), cancelPayment)
    })
  })

  // A clients file can come to have acquirers.
  if (!served.ams && signing.clients() === undefined) return
  await app.register(async (scope) => {
    scope.addHook('onRequest', (request, _reply, done) => {
      request.profile = 'ams'
      if (!profilesServed(profile, signing.clients()).ams) throw amsNotServed(splitNamespace(request.url).path)
      done()
    })
    const cancel = await addChecks(scope, options)
    scope.addHook('onRequest', (request, _reply, done) => {
      checkAmsCaller(request)
      done()
    })
    amsPaths.forEach((path, index) => {
      addRoute(scope, path, { ...amsOperation(index), hide: !served.ams }, cancel)
    })
  })
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/** The shape of a body depends on more than its route, so its schema here is for documentation alone. */
function addRoute(app: FastifyInstance, path: string, schema: object, handler: Handler): void {
  const validatorCompiler = () => () => true
  app.post(path, { schema, validatorCompiler }, handler)
  app.post(namespacePrefix + path, { schema: { ...schema, hide: true }, validatorCompiler }, handler)
}

/** The checks stand in the order of the contract; the first that fails answers. Returns what to do with calls that pass. */
async function addChecks(app: FastifyInstance, options: PaymentsOptions): Promise<Handler> {
  const { simulator, respond, signing, strictAccept, rateLimit, countCall } = options
  app.removeAllContentTypeParsers()
  // Both: what is registered by name is found faster.
  app.addContentTypeParser(['application/json', '*'], readRawBody)

  const checkContentType = createContentTypeCheck()
  app.addHook('onRequest', (request, _reply, done) => {
    checkHost(request.raw)
    checkContentType(request.headers)
    done()
  })
  if (strictAccept) {
    const { checkAccept } = await import('./accept.js')
    app.addHook('onRequest', async ({ headers }) => checkAccept(headers))
  }
  if (rateLimit !== undefined) {
    const { createRateCheck } = await import('./rate-limit.js')
    app.addHook('onRequest', createRateCheck(rateLimit, countCall))
  }
  app.addHook('onRequest', (request, _reply, done) => {
    signing.identify(request)
    request.profile = expectedProfile(request, options.profile)
    done()
  })

  const gathered = createGathering()
  app.addHook('preValidation', async (request) => {
    request.rawBody = Buffer.isBuffer(request.body) ? request.body : undefined
    await gathered()
    signing.checkSignature(request)
    checkEncoding(request.headers)
    request.bodyText = decodeText(request.rawBody)
    request.body = parseBody(request.bodyText)
  })

  return (request, reply) => {
    checkNamespaceHeader(request)
    const call = readCall(request, options)
    signing.checkAccess(request, call)
    const namespace = simulator.namespace(callNamespace(request))
    const decided = namespace.cancelPayment(call)
    if (decided instanceof Promise) holdUntil(request.socket, decided)
    return after(decided, (decision) => respond(request, reply, toAnswer(decision, call)))
  }
}
