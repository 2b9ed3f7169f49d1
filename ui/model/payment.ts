import type { Call } from './types.js'

/** What a call says that its payment is. */
export interface PaymentId {
  field: 'paymentRequestId' | 'paymentId'
  id: string
}

/** The id that the attempts of a call are counted by; nothing where it names none. */
export function paymentOf({ profile, paymentRequestId, paymentId }: Call): PaymentId | undefined {
  const ids: PaymentId[] = [
    ...(typeof paymentRequestId === 'string' ? [{ field: 'paymentRequestId', id: paymentRequestId } as const] : []),
    ...(typeof paymentId === 'string' ? [{ field: 'paymentId', id: paymentId } as const] : []),
  ]
  return profile === 'ams' ? ids.at(-1) : ids[0]
}
