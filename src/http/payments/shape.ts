import type { ErrorObject } from 'ajv'
import type { FastifyRequest } from 'fastify'
import { acqpCancelPaymentRequestSchema } from '../../protocol/acqp.js'
import { amsCancelRequestSchema } from '../../protocol/ams.js'
import { cancelPaymentRequestSchema } from '../../protocol/cancel-payment.js'
import type { CallProfile } from '../../protocol/profile.js'
import { ResultError } from '../../protocol/result.js'
import { errorsOf, lazyAjv } from '../../scenarios/checker.js'
import type { Client } from '../../scenarios/clients.js'
import { isValidAcqpCall, isValidAmsCall, isValidCall } from './valid-call.generated.js'

const shapes: Readonly<Record<CallProfile, { schema: object; isValid: (body: unknown) => boolean }>> = {
  mpp: { schema: cancelPaymentRequestSchema, isValid: isValidCall },
  acqp: { schema: acqpCancelPaymentRequestSchema, isValid: isValidAcqpCall },
  ams: { schema: amsCancelRequestSchema, isValid: isValidAmsCall },
}

/** @throws ResultError PARAM_ILLEGAL that lists what is wrong with the body of a call */
export function checkShape(profile: CallProfile, { body, caller }: FastifyRequest): void {
  if (shapes[profile].isValid(body)) return
  const mistakes = mistakesIn(profile, body)
  if (profile === 'mpp' && isAcquirersBody(body)) mistakes.push(wayOut(caller?.client))
  throw new ResultError('PARAM_ILLEGAL', { reason: mistakes.join('; ') })
}

/** Loaded for the first body that is wrong. */
const ajv = lazyAjv()

function mistakesIn(profile: CallProfile, body: unknown): string[] {
  const errors = errorsOf(ajv().compile(shapes[profile].schema), body)
  // What is below anyOf only says that one of two ids is needed.
  const own = errors.filter(({ schemaPath }) => !schemaPath.startsWith('#/anyOf'))
  return own.length > 0 ? own.map(describeMistake) : ['paymentRequestId and paymentId are both missing']
}

function describeMistake({ instancePath, keyword, params }: ErrorObject): string {
  const field = instancePath.slice(1)
  if (keyword === 'required') return `${params.missingProperty} is missing`
  if (field === '') return 'the body is not a JSON object'
  if (keyword === 'type') return `${field} is not a string`
  return keyword === 'minLength' ? `${field} is empty` : `${field} has more than ${params.limit} characters`
}

/** Whether a body names neither an acquirer nor an MPP, as those of acquirers do. */
export function lacksPartners(body: unknown): boolean {
  const { acquirerId, pspId } = fieldsOf(body)
  return isAbsent(acquirerId) && isAbsent(pspId)
}

function isAcquirersBody(body: unknown): boolean {
  return lacksPartners(body) && isValidAcqpCall(body)
}

function wayOut(client: Client | undefined): string {
  const inFile = client && `or give ${client.clientId} the profile acqp in the clients file`
  const remedy = ['start with --profile acqp', ...(inFile ? [inFile] : [])].join(', ')
  return `this is what an acquirer (ACQP) sends to Alipay+: ${remedy}`
}

/** The fields of a body, which may be anything. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}
