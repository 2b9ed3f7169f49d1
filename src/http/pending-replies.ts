import { STATUS_CODES } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { whileOpen } from './payments/connection.js'

/** Smaller replies fit into the buffers of a connection. */
const largeReply = 64 * 1024

/** How many bytes of replies may wait for those who asked for them. */
const maxPending = 128 * 1024 * 1024

/** How long a reader may take nothing of a large reply, in milliseconds. */
export const readerPatience = 30_000

/**
 * Bounds what readers that do not read can make the server hold: all large replies together, and the time for which each
 * may wait. Answers of the payment API are small, and go another way.
 */
export function boundReplies(app: FastifyInstance): void {
  let pending = 0
  app.addHook('onSend', (request, reply, payload, done) => {
    const size = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0
    if (size < largeReply) return done()
    if (pending > 0 && pending + size > maxPending) {
      const problem = { type: 'about:blank', status: 503, title: STATUS_CODES[503], detail: tooMany }
      reply.code(503).type('application/problem+json').header('retry-after', '1')
      return done(null, JSON.stringify(problem))
    }
    pending += size
    let left = size
    const release = whileOpen(request.socket, end)
    reply.raw.once('finish', end)
    reply.raw.setTimeout(readerPatience, () => request.socket.destroy())
    done()
    function end(): void {
      release()
      pending -= left
      left = 0
    }
  })
}

const tooMany = 'too many large replies wait to be read; read them, or try again later'
