import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CancelPaymentRequest } from '../../protocol/cancel-payment.js'
import { ResultError } from '../../protocol/result.js'
import { after } from '../../simulator/awaitable.js'
import type { Simulator } from '../../simulator/simulator.js'
import { namespaceName, namespacePrefix } from '../namespace.js'
import { toAnswer } from './answer.js'
import { checkEncoding, decodeText, parseBody, readRawBody } from './body.js'
import { clientIdOf } from './client-id.js'
import { holdUntil } from './connection.js'
import { createContentTypeCheck } from './content-type.js'
import { cancelPaymentOperation } from './operation.js'
import type { CallCounter, RateLimit } from './rate-limit.js'
import type { Respond } from './respond.js'
import type { Signing } from './signing.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes of the body as they came; nothing where none came. */
    rawBody: Buffer | undefined
    /** The same as text, once it is known to be UTF-8. */
    bodyText: string | undefined
  }
}

export interface PaymentsOptions {
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

/** The API of the MPP. The checks stand in the order of the contract; the first that fails answers. */
export async function payments(
  app: FastifyInstance,
  { simulator, respond, signing, paths, strictAccept, rateLimit, countCall }: PaymentsOptions,
): Promise<void> {
  app.decorateRequest('rawBody', undefined)
  app.decorateRequest('bodyText', undefined)
  app.decorateRequest('caller', undefined)
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
    done()
  })

  app.addHook('preValidation', (request, _reply, done) => {
    request.rawBody = Buffer.isBuffer(request.body) ? request.body : undefined
    const readBody = () => {
      checkEncoding(request.headers)
      request.bodyText = decodeText(request.rawBody)
      request.body = parseBody(request.bodyText)
    }
    const read = after(signing.checkSignature(request), readBody)
    if (read instanceof Promise) read.then(() => done(), done)
    else done()
  })

  function cancelPayment(request: FastifyRequest<{ Body: CancelPaymentRequest }>, reply: FastifyReply) {
    const { acquirerId, pspId, paymentRequestId } = request.body
    signing.checkAccess(request, request.body)
    const clientId = clientIdOf(request.headers)
    const namespace = simulator.namespace(namespaceName(request))
    const decided = namespace.cancelPayment({ acquirerId, pspId, paymentRequestId, clientId })
    if (decided instanceof Promise) holdUntil(request.socket, decided)
    return after(decided, (decision) => respond(request, reply, toAnswer(decision)))
  }

  paths.forEach((path, index) => {
    const schema = cancelPaymentOperation(index)
    app.post(path, { schema }, cancelPayment)
    app.post(namespacePrefix + path, { schema: { ...schema, hide: true } }, cancelPayment)
  })
}
