import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CancelPaymentRequest } from '../protocol/cancel-payment.js'
import type { Simulator } from '../simulator/simulator.js'
import { answerOfDecision } from './answer.js'
import { checkAccept, checkContentType, parseBody } from './gate.js'
import { namespaceOf, namespacePrefix } from './namespace.js'
import { cancelPaymentOperation } from './operation.js'
import { clientIdOf, type Respond } from './respond.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes of the body as they came; nothing where none came. */
    rawBody: Buffer | undefined
  }
}

export interface PaymentsOptions {
  simulator: Simulator
  respond: Respond
  /** Where the API is to be found. */
  paths: readonly string[]
  strictAccept: boolean
}

/** The API of the MPP. The checks stand in the order of the contract; the first that fails answers. */
export async function payments(
  app: FastifyInstance,
  { simulator, respond, paths, strictAccept }: PaymentsOptions,
): Promise<void> {
  app.decorateRequest('rawBody', undefined)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes))

  app.addHook('onRequest', (request, _reply, done) => {
    checkContentType(request.headers)
    if (strictAccept) checkAccept(request.headers)
    done()
  })

  app.addHook('preValidation', (request, _reply, done) => {
    request.rawBody = Buffer.isBuffer(request.body) ? request.body : undefined
    request.body = parseBody(request.rawBody)
    done()
  })

  async function cancelPayment(request: FastifyRequest<{ Body: CancelPaymentRequest }>, reply: FastifyReply) {
    const { acquirerId, pspId, paymentRequestId } = request.body
    const clientId = clientIdOf(request)
    const space = simulator.space(namespaceOf(request))
    const decision = await space.cancelPayment({ acquirerId, pspId, paymentRequestId, clientId })
    return respond(request, reply, answerOfDecision(decision))
  }

  for (const path of paths) {
    app.post(path, { schema: cancelPaymentOperation }, cancelPayment)
    app.post(namespacePrefix + path, { schema: { ...cancelPaymentOperation, hide: true } }, cancelPayment)
  }
}
