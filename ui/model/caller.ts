/** Whom the simulator plays. */
export type Profile = 'mpp' | 'acqp' | 'all'

/** What a test call says. Empty texts are not sent. */
export type CallFields = Record<CallField, string>
export type CallField = 'paymentRequestId' | 'paymentId' | 'acquirerId' | 'pspId'

/** Somebody who calls cancelPayment. */
export interface Caller {
  id: 'mpp' | 'acqp' | 'ams'
  label: string
  path: string
  fields: readonly CallField[]
}

const aps = '/v1/payments/cancelPayment'

const mpp: Caller = {
  id: 'mpp',
  label: 'Alipay+, which calls an MPP',
  path: aps,
  fields: ['paymentRequestId', 'acquirerId', 'pspId'],
}

const acquirers: readonly Caller[] = [
  { id: 'acqp', label: 'an acquirer', path: aps, fields: ['paymentRequestId', 'paymentId'] },
  {
    id: 'ams',
    label: 'an acquirer with an official SDK (AMS)',
    path: '/ams/api/v1/payments/cancel',
    fields: ['paymentId', 'paymentRequestId'],
  },
]

/** Whose calls a simulator answers. */
export function callersOf(profile: Profile): readonly [Caller, ...Caller[]] {
  if (profile === 'mpp') return [mpp]
  const [first = mpp, ...others] = profile === 'all' ? [mpp, ...acquirers] : acquirers
  return [first, ...others]
}

/** The body of a call: those fields that the caller knows, and that have a value. */
export function bodyOf({ fields }: Caller, values: CallFields): Partial<CallFields> {
  return Object.fromEntries(fields.flatMap((field) => (values[field] === '' ? [] : [[field, values[field]]])))
}
