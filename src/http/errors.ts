import type { FastifyError } from 'fastify'
import { ResultError } from '../protocol/result.js'

/** Any error on the way of a call, as the refusal that the caller is given. */
export function asResultError(error: FastifyError | ResultError): ResultError {
  if (error instanceof ResultError) return error
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
