import type { FastifyInstance } from 'fastify'
import { keyToBase64, keyToPem } from '../protocol/keys.js'
import { sendProblem } from './problem.js'
import type { Signing } from './signing.js'

/** `GET /__admin/public-key`: what replies are verified with, as PEM or, for `format=base64`, as one line. */
export async function publicKey(app: FastifyInstance, { signing }: { signing: Signing }): Promise<void> {
  app.get<{ Querystring: { format?: unknown } }>(
    '/__admin/public-key',
    { schema: { hide: true } },
    async ({ query: { format = 'pem' } }, reply) => {
      if (format !== 'pem' && format !== 'base64')
        return sendProblem(reply, { status: 400, title: 'Bad Request', detail: 'format is pem or base64' })
      const { publicKey } = await signing.ownKey()
      reply.type('text/plain; charset=utf-8')
      return reply.send(format === 'pem' ? keyToPem(publicKey) : `${keyToBase64(publicKey)}\n`)
    },
  )
}
