import { STATUS_CODES } from 'node:http'
import type { ErrorObject } from 'ajv'
import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { ResultError } from '../../protocol/result.js'
import { explainErrors, firstMistakes, type Mistake, maxMistakes } from '../../scenarios/mistake.js'
import { type FieldError, sendProblem } from '../problem-document.js'

/** An error of the control API, answered with a problem document. */
export class ProblemError extends Error {
  readonly statusCode: number
  readonly mistakes: readonly FieldError[]

  constructor(statusCode: number, detail: string, mistakes: readonly FieldError[] = []) {
    super(detail)
    this.name = 'ProblemError'
    this.statusCode = statusCode
    this.mistakes = mistakes
  }
}

/** A body with mistakes. Each is listed with its JSON pointer in URI form, as in RFC 9457. */
export function wrongBody(problems: readonly Mistake[]): ProblemError {
  return new ProblemError(
    400,
    `the body has ${counted(problems.length)}`,
    problems.map(({ path, key, message }) => ({
      detail: message,
      pointer: pointerTo(key === undefined ? path : [...path, key]),
    })),
  )
}

function counted(mistakes: number): string {
  if (mistakes > maxMistakes) return `more than ${maxMistakes} mistakes`
  return mistakes === 1 ? '1 mistake' : `${mistakes} mistakes`
}

function pointerTo(path: Mistake['path']): string {
  const parts = path.map((part) => `/${encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))}`)
  return `#${parts.join('')}`
}

/** Answers every error of the control API with a problem document. */
export function answerProblem(log: FastifyBaseLogger) {
  return (error: FastifyError | ProblemError | ResultError, _request: FastifyRequest, reply: FastifyReply) => {
    // The store is unavailable.
    if (error instanceof ResultError)
      return sendProblem(reply, { status: 503, title: String(STATUS_CODES[503]), detail: error.reason })
    const { statusCode: status = 500, message, mistakes } = problemOf(error)
    const title = String(STATUS_CODES[status])
    if (status >= 500) {
      log.error(error)
      return sendProblem(reply, { status, title, detail: 'something unforeseen happened; the log says what' })
    }
    return sendProblem(reply, { status, title, detail: message, ...(mistakes.length > 0 && { errors: mistakes }) })
  }
}

type Answerable = Pick<ProblemError, 'message' | 'mistakes'> & { statusCode?: number | undefined }

function problemOf(error: FastifyError | ProblemError): Answerable {
  if (error instanceof ProblemError) return error
  if (error.validation === undefined) return { ...error, message: error.message, mistakes: [] }
  // These are AJV's own errors; Fastify's type omits some fields.
  const found = explainErrors(error.validation as ErrorObject[])
  const problems = firstMistakes(found, (_last, message) => ({ path: [], message }))
  return error.validationContext === 'body' ? wrongBody(problems) : wrongParameters(problems)
}

function wrongParameters(problems: readonly Mistake[]): ProblemError {
  return new ProblemError(
    400,
    `the query has ${counted(problems.length)}`,
    problems.map(({ path, key, message }) => ({ detail: message, parameter: key ?? path.join('/') })),
  )
}
