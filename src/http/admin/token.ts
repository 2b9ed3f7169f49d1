import bearerAuth from '@fastify/bearer-auth'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from '../problem-document.js'

/** Refuses every request to the application without the token. */
export async function demandToken(app: FastifyInstance, token: string, log: FastifyBaseLogger): Promise<void> {
  // rfc6749 makes the scheme case-insensitive. Without a hook of its own the plugin leaves the response to us.
  await app.register(bearerAuth, { keys: [token], specCompliance: 'rfc6749', addHook: false })
  const verify = app.verifyBearerAuth as bearerAuth.verifyBearerAuth
  app.addHook('onRequest', (request, reply, done) =>
    verify(request, reply, (error) => (error === undefined ? done() : refuse(request, reply, log))),
  )
}

function refuse({ method, url, ip, headers }: FastifyRequest, reply: FastifyReply, log: FastifyBaseLogger): void {
  const detail = headers.authorization ? 'the bearer token is wrong' : 'the control API needs a bearer token'
  log.warn({ method, url, ip }, detail)
  reply.header('www-authenticate', 'Bearer realm="mpp-sim"')
  sendProblem(reply, { status: 401, title: 'Unauthorized', detail })
}
