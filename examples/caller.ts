// What stands for your own code: it cancels a payment, and asks again for as long as it does not know the result.

export interface Payment {
  acquirerId: string
  pspId: string
  paymentRequestId: string
}

/** The final result code, or UNKNOWN_EXCEPTION after too many tries. */
export async function cancelPayment(mpp: string, payment: Payment, { tries = 5, pause = 150 } = {}): Promise<string> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, pause))
    const result = await ask(mpp, payment)
    if (result !== undefined && result.resultStatus !== 'U') return result.resultCode
  }
  return 'UNKNOWN_EXCEPTION'
}

/** The result of one call; nothing where the answer was lost on the way. */
async function ask(mpp: string, payment: Payment): Promise<{ resultCode: string; resultStatus: string } | undefined> {
  try {
    const reply = await fetch(`${mpp}/aps/api/v1/payments/cancelPayment`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=UTF-8', 'Client-Id': 'SANDBOX_5YC47N2ZQHJ004124' },
      body: JSON.stringify(payment),
      signal: AbortSignal.timeout(8000),
    })
    return reply.ok
      ? ((await reply.json()) as { result: { resultCode: string; resultStatus: string } }).result
      : undefined
  } catch {
    return undefined
  }
}
