import { paymentIdFor, paymentRequestIdFor } from '../protocol/ams.js'
import type { CallProfile, Profile } from '../protocol/profile.js'
import { paymentKeyOf } from './journal.js'
import type { Call } from './namespace.js'

/** A call that nobody has sent. What its caller would not say can be left out. */
export interface CallDescription {
  /** Who would call; unless given, who is served and, where all are, whom acquirerId and pspId tell. */
  profile?: CallProfile | undefined
  acquirerId?: string | undefined
  pspId?: string | undefined
  paymentRequestId?: string | undefined
  paymentId?: string | undefined
  clientId?: string | undefined
}

/** Whose calls are served, and for whom where a description does not say so. */
export interface CallDefaults {
  served: Profile
  acquirerId: string
  pspId: string
}

/** The call as it would be accepted; nothing where it names no payment. */
export function describedCall(description: CallDescription, defaults: CallDefaults): Call | undefined {
  const { acquirerId = defaults.acquirerId, pspId = defaults.pspId, clientId } = description
  const profile = profileOf(description, defaults.served)
  const { paymentRequestId, paymentId } = idsOf(description, profile)
  const key = paymentKeyOf({ profile, paymentRequestId, paymentId })
  if (key === undefined) return undefined
  const otherId = [paymentRequestId, paymentId].find((id) => id !== undefined && id !== key)
  const named = profile === 'mpp' ? undefined : description.paymentId
  return { acquirerId, pspId, clientId, paymentRequestId: key, paymentId: named, otherId }
}

function profileOf({ profile, acquirerId, pspId }: CallDescription, served: Profile): CallProfile {
  if (profile !== undefined) return profile
  if (served !== 'all') return served
  return acquirerId === undefined && pspId === undefined ? 'acqp' : 'mpp'
}

function idsOf(
  description: CallDescription,
  profile: CallProfile,
): Pick<CallDescription, 'paymentRequestId' | 'paymentId'> {
  const { paymentRequestId, paymentId } = description
  if (profile === 'mpp') return { paymentRequestId, paymentId: undefined }
  return profile === 'ams' ? amsIds({ paymentRequestId, paymentId }) : { paymentRequestId, paymentId }
}

/** AMS makes up the id that it is not told. */
function amsIds({ paymentRequestId, paymentId }: Pick<CallDescription, 'paymentRequestId' | 'paymentId'>) {
  if (paymentId !== undefined)
    return { paymentId, paymentRequestId: paymentRequestId ?? paymentRequestIdFor(paymentId) }
  if (paymentRequestId === undefined) return {}
  // Its attempts are counted by the id that was named.
  return { paymentId: paymentRequestId, paymentRequestId: paymentIdFor(paymentRequestId) }
}
