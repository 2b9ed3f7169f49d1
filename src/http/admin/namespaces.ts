import type { FastifyInstance } from 'fastify'
import type { Simulator } from '../../simulator/simulator.js'

/** Which namespaces there are. */
export async function namespaces(app: FastifyInstance, { simulator }: { simulator: Simulator }): Promise<void> {
  app.get('/namespaces', { schema }, async () => {
    const names = [...(await simulator.namespaces())].sort()
    return { total: names.length, namespaces: names.map((name) => ({ name })) }
  })
}

const schema = {
  operationId: 'listNamespaces',
  summary: 'All namespaces that are in use',
  response: {
    200: {
      description: 'By name, without the main one, which always is.',
      type: 'object',
      required: ['total', 'namespaces'],
      properties: {
        total: { type: 'integer' },
        namespaces: {
          type: 'array',
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
        },
      },
    },
  },
}
