// What callers get wrong, in one of them: the report of the simulator says so.

import type { Payment } from './caller.ts'

/** Asks up to three times at once, whatever it is told, with another pspId from the second time on. */
export async function cancelPaymentWrongly(mpp: string, payment: Payment): Promise<void> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const reply = await fetch(`${mpp}/aps/api/v1/payments/cancelPayment`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(attempt === 1 ? payment : { ...payment, pspId: '1022172000000000002' }),
    })
    await reply.text()
  }
}
