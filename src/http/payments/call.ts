import type { FastifyRequest } from 'fastify'
import type { AcqpCancelPaymentRequest } from '../../protocol/acqp.js'
import { type AmsCancelRequest, paymentIdFor, paymentRequestIdFor } from '../../protocol/ams.js'
import type { CancelPaymentRequest } from '../../protocol/cancel-payment.js'
import { formatResponseTime } from '../../protocol/headers.js'
import type { CallProfile, Profile } from '../../protocol/profile.js'
import type { TimedDecision } from '../../simulator/decision.js'
import type { Call } from '../../simulator/namespace.js'
import { clientIdOf } from './client-id.js'
import { checkShape, lacksPartners } from './shape.js'

/** Whom the simulator plays, and for whom where an acquirer's call does not say so. */
export interface ProfileOptions {
  profile: Profile
  acquirerId: string
  pspId: string
}

/** An accepted call, and what a reply that cancels says beside the result. */
export interface ApiCall extends Call {
  profile: CallProfile
  replyFields: ((decision: TimedDecision) => object) | undefined
}

/**
 * Reads the body of a call, in the words of whoever sends it.
 * @throws ResultError PARAM_ILLEGAL where it is not of that shape
 */
export function readCall(request: FastifyRequest, options: ProfileOptions): ApiCall {
  const profile = profileOf(request, options.profile)
  request.profile = profile
  checkShape(profile, request)
  switch (profile) {
    case 'mpp':
      return mppCall(request, options)
    case 'acqp':
      return acqpCall(request, options)
    case 'ams':
      return amsCall(request, options)
  }
}

/** Whose call it is taken for, as long as its body has not been looked at. */
export function expectedProfile({ profile, caller }: FastifyRequest, played: Profile): CallProfile {
  if (profile === 'ams') return profile
  return (caller?.client.profile ?? played) === 'acqp' ? 'acqp' : 'mpp'
}

function profileOf(request: FastifyRequest, played: Profile): CallProfile {
  const { caller, body } = request
  const toldByBody = played === 'all' && caller?.client.profile === undefined && request.profile !== 'ams'
  return toldByBody && lacksPartners(body) ? 'acqp' : expectedProfile(request, played)
}

function mppCall(request: FastifyRequest, { profile }: ProfileOptions): ApiCall {
  const { acquirerId, pspId, paymentRequestId } = request.body as CancelPaymentRequest
  // Only AMS tells when a payment was cancelled.
  const at = profile === 'mpp' ? undefined : secondOf(request)
  const clientId = clientIdOf(request.headers)
  const alone = { paymentId: undefined, otherId: undefined, replyFields: undefined }
  return { profile: 'mpp', acquirerId, pspId, paymentRequestId, clientId, at, ...alone }
}

function acqpCall(request: FastifyRequest, options: ProfileOptions): ApiCall {
  const { paymentRequestId, paymentId } = request.body as AcqpCancelPaymentRequest
  // The schema wants one of them.
  const [key = '', otherId] = [paymentRequestId, paymentId].filter(isText)
  const partners = partnersOf(request, options)
  return {
    profile: 'acqp',
    ...acquirersCall(request, partners, key, otherId),
    paymentId: paymentId ?? undefined,
    replyFields: () => ({ pspId: partners.pspId, acquirerId: partners.acquirerId }),
  }
}

function amsCall(request: FastifyRequest, options: ProfileOptions): ApiCall {
  const body = request.body as AmsCancelRequest
  const paymentId = body.paymentId ?? paymentIdFor(String(body.paymentRequestId))
  const paymentRequestId = body.paymentRequestId ?? paymentRequestIdFor(paymentId)
  const ids = isText(body.paymentId)
    ? ([paymentId, paymentRequestId] as const)
    : ([paymentRequestId, paymentId] as const)
  const call = acquirersCall(request, partnersOf(request, options), ...ids)
  const cancelTime = ({ replayed, finalAt = call.at }: TimedDecision) =>
    formatResponseTime((replayed ? finalAt : call.at) * 1000)
  return {
    profile: 'ams',
    ...call,
    paymentId: body.paymentId ?? undefined,
    replyFields: (decision) => ({ paymentId, paymentRequestId, cancelTime: cancelTime(decision) }),
  }
}

function acquirersCall(request: FastifyRequest, partners: Partners, key: string, otherId: string | undefined) {
  return {
    ...partners,
    paymentRequestId: key,
    otherId: otherId === key ? undefined : otherId,
    clientId: clientIdOf(request.headers),
    at: secondOf(request),
  }
}

type Partners = Pick<ProfileOptions, 'acquirerId' | 'pspId'>

/** An acquirer's call names neither itself nor the MPP: the clients file does, or else the server's options. */
function partnersOf({ caller }: FastifyRequest, { acquirerId, pspId }: ProfileOptions): Partners {
  return { acquirerId: caller?.client.acquirerId ?? acquirerId, pspId: caller?.client.pspId ?? pspId }
}

function secondOf({ arrivedAt = 0 }: FastifyRequest): number {
  return Math.floor(arrivedAt / 1000)
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string'
}
