import { fastify } from 'fastify'
import { cancelPaymentOperation } from '../src/http/payments/operation.js'
import { cancelPaymentPaths } from '../src/protocol/cancel-payment.js'
import { resultOf } from '../src/protocol/result.js'

/** The least that Fastify can do: the schemas of the simulator, and always the same reply. */
const app = fastify({
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true, keywords: ['x-examples'] } },
})
const reply = { result: resultOf('SUCCESS') }
const hasSameHeaders = process.env.SAME_HEADERS !== undefined
for (const path of cancelPaymentPaths)
  app.post(path, { schema: cancelPaymentOperation('mpp', 0) }, async (request, response) => {
    if (hasSameHeaders)
      response.headers({
        'x-sim-rule': '1-mixed/rule 0',
        'x-sim-attempt': '1',
        'x-sim-replayed': 'false',
        'x-sim-reason': 'step 1 of 1',
        'client-id': request.headers['client-id'],
        'response-time': '2026-01-31T23:59:59+00:00',
      })
    return reply
  })
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
