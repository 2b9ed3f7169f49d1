import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { sendProblem } from '../problem-document.js'

/** Lets only those pass who know the token. It is compared by hash, so that the time taken tells nothing about it. */
export function demandToken(token: string, log: FastifyBaseLogger) {
  const expected = digest(`Bearer ${token}`)
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { authorization } = request.headers
    const isKnown = authorization !== undefined && timingSafeEqual(digest(normal(authorization)), expected)
    if (isKnown) {
      done()
      return
    }
    const { method, url, ip } = request
    const detail = authorization === undefined ? 'the control API needs a bearer token' : 'the bearer token is wrong'
    log.warn({ method, url, ip }, detail)
    reply.header('www-authenticate', 'Bearer realm="mpp-sim"')
    sendProblem(reply, { status: 401, title: 'Unauthorized', detail })
  }
}

/** The scheme is case-insensitive. */
function normal(authorization: string): string {
  return authorization.replace(/^bearer +/i, 'Bearer ')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
