import type { FastifyInstance } from 'fastify'
import type { Awaitable } from '../simulator/awaitable.js'

/** Whether the simulator can serve. It may be ready and yet have problems, such as a scenario file with mistakes. */
export interface Readiness {
  ready: boolean
  problems: readonly string[]
}

/** Liveness and readiness, for probes and for people. */
export async function health(
  app: FastifyInstance,
  { readiness }: { readiness: () => Awaitable<Readiness> },
): Promise<void> {
  app.get('/livez', { schema: { hide: true } }, async () => ({ status: 'live' }))
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const { ready, problems } = await readiness()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', problems })
  })
}
