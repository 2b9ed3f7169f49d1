import autocannon from 'autocannon'
import { cancelPaymentPaths, sampleRequest } from '../src/protocol/cancel-payment.js'
import { lastRulePrefix, type Subject } from './subject.js'

export interface Measurement {
  callsPerSecond: number
  /** Milliseconds that 99 of 100 calls stay below. */
  p99: number
}

const connections = 50

/** Calls as fast as answers come, each with a paymentRequestId of its own, for so many seconds. */
export async function measure({ name, url }: Subject, seconds: number): Promise<Measurement> {
  const result = await autocannon({
    url: url + cancelPaymentPaths[0],
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=UTF-8', 'client-id': 'SANDBOX_5YC47N2ZQHJ004124' },
    body: JSON.stringify({ ...sampleRequest, paymentRequestId: `${lastRulePrefix}[<id>]` }),
    idReplacement: true,
    connections,
    duration: seconds,
  })
  const failed = result.errors + result.non2xx
  if (failed > 0) throw new Error(`${name} failed ${failed} calls`)
  return { callsPerSecond: result.requests.total / result.duration, p99: result.latency.p99 }
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
