import { fastify } from 'fastify'
import { cancelPaymentOperation } from '../src/http/payments/operation.js'
import { cancelPaymentPaths } from '../src/protocol/cancel-payment.js'
import { resultOf } from '../src/protocol/result.js'

/** The least that Fastify can do: the schemas of the simulator, and always the same reply. */
const app = fastify({
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true, keywords: ['x-examples'] } },
})
const reply = { result: resultOf('SUCCESS') }
for (const path of cancelPaymentPaths) app.post(path, { schema: cancelPaymentOperation(0) }, async () => reply)
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
