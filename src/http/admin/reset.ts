import type { FastifyInstance } from 'fastify'
import type { ControlGroupOptions } from './group.js'
import { noContent } from './schema.js'

/** Resets a namespace. */
export async function reset(app: FastifyInstance, { namespaceOf }: ControlGroupOptions): Promise<void> {
  app.post('/reset', { schema: resetSchema }, async (request, reply) => {
    await namespaceOf(request).reset()
    return reply.code(204).send()
  })
}

const resetSchema = {
  operationId: 'reset',
  summary: 'Forget runtime rules, hit counts, ledger and journal',
  response: { 204: noContent },
}
