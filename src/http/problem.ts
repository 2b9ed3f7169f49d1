import type { FastifyReply } from 'fastify'

/** Sends an RFC 9457 problem document. */
export function sendProblem(
  reply: FastifyReply,
  problem: { status: number; title: string; detail: string },
): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', ...problem }))
}
