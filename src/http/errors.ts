import type { FastifyError } from 'fastify'
import { ResultError } from '../protocol/result.js'

/** Any error on the way of a call, as the refusal that the caller is given. */
export function asResultError(error: FastifyError | ResultError): ResultError {
  if (error instanceof ResultError) return error
  if ('validation' in error && error.validation !== undefined)
    return new ResultError('PARAM_ILLEGAL', { reason: error.validation.map(describeMistake).join('; '), cause: error })
  const refuse = (...[code, reason]: Refusal) => new ResultError(code, { reason, cause: error })
  return refuse(...(refusals[error.code] ?? unforeseen))
}

type Refusal = [code: ConstructorParameters<typeof ResultError>[0], reason: string]

const unforeseen: Refusal = [
  'UNKNOWN_EXCEPTION',
  'something unforeseen happened inside the simulator; its log says what',
]

const refusals: Partial<Record<string, Refusal>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['MEDIA_TYPE_NOT_ACCEPTABLE', 'the Content-Type is malformed'],
  FST_ERR_BAD_URL: ['NO_INTERFACE_DEF', 'the path has malformed percent-encoding'],
}

type ValidationError = NonNullable<FastifyError['validation']>[number]

function describeMistake({ instancePath, keyword, params }: ValidationError): string {
  const field = instancePath.slice(1)
  if (keyword === 'required') return `${params.missingProperty} is missing`
  if (field === '') return 'the body is not a JSON object'
  if (keyword === 'type') return `${field} is not a string`
  return keyword === 'minLength' ? `${field} is empty` : `${field} has more than ${params.limit} characters`
}
