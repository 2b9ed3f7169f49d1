import type { FastifyReply } from 'fastify'

/** One of several mistakes: in the body, with a JSON pointer, or in a query parameter. */
export interface FieldError {
  detail: string
  pointer?: string
  parameter?: string
}

export interface ProblemDocument {
  status: number
  title: string
  detail: string
  errors?: readonly FieldError[]
}

/** Sends an RFC 9457 problem document. */
export function sendProblem(reply: FastifyReply, problem: ProblemDocument): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', ...problem }))
}
