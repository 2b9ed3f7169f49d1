import type { FastifyInstance } from 'fastify'
import type { FromSchema } from 'json-schema-to-ts'
import { keyToBase64, keyToPem } from '../../protocol/keys.js'
import type { Signing } from '../payments/signing.js'

const querySchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    format: {
      type: 'string',
      enum: ['pem', 'base64'],
      default: 'pem',
      description: 'base64 is the key as one line of DER.',
    },
  },
} as const

const schema = {
  operationId: 'getPublicKey',
  summary: 'The key that verifies replies',
  querystring: querySchema,
  response: { 200: { description: 'The key as text.', content: { 'text/plain': { schema: { type: 'string' } } } } },
}

/** The public half of the key that signs replies. */
export async function publicKey(app: FastifyInstance, { signing }: { signing: Signing }): Promise<void> {
  app.get<{ Querystring: FromSchema<typeof querySchema> }>('/public-key', { schema }, async ({ query }, reply) => {
    const { publicKey } = await signing.ownKey()
    reply.type('text/plain; charset=utf-8')
    return reply.send(query.format === 'base64' ? `${keyToBase64(publicKey)}\n` : keyToPem(publicKey))
  })
}
