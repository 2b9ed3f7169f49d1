import t from 'tap'
import { loadScenarios } from '../../src/scenarios/load.js'
import { shippedScenarios } from '../../src/server/shipped.js'
import { createMemoryStore } from '../../src/simulator/memory/store.js'
import { createSimulator } from '../../src/simulator/simulator.js'

/** What the attempts for an id show: result code, fault or signature flaw, delay in milliseconds. */
const shown: Record<string, string[]> = {
  'RETRY-1': ['UNKNOWN_EXCEPTION', 'UNKNOWN_EXCEPTION', 'UNKNOWN_EXCEPTION', 'SUCCESS', 'SUCCESS replayed'],
  'LOST-1': ['SUCCESS connection-reset', 'SUCCESS replayed', 'SUCCESS replayed'],
  'SLOW-1': ['SUCCESS 9000', 'SUCCESS 7000 replayed', 'SUCCESS 7000 replayed'],
  'HANG-1': ['nothing no-reply', 'nothing no-reply'],
  'RESET-1': ['nothing connection-reset', 'SUCCESS', 'SUCCESS replayed'],
  'MALFORMED-1': ['SUCCESS malformed-json', 'SUCCESS replayed'],
  'BADSIGN-1': ['SUCCESS invalid', 'SUCCESS replayed'],
}

t.test('the shipped scenarios show every unhappy path under its prefix', async (t) => {
  const { rules } = await loadScenarios([shippedScenarios])
  const simulator = createSimulator({ rules, store: createMemoryStore(), seed: 'any' })
  const attempt = async (paymentRequestId: string) => {
    const call = { acquirerId: '1', pspId: '2', paymentRequestId, clientId: undefined }
    const { result, step, delayMs, replayed } = await simulator.cancelPayment(call)
    const code = result?.resultCode ?? 'nothing'
    return [code, step.fault, step.signature, delayMs || '', replayed && 'replayed'].filter(Boolean).join(' ')
  }
  for (const [id, attempts] of Object.entries(shown))
    for (const [index, expected] of attempts.entries()) t.equal(await attempt(id), expected, `${id}, ${index + 1}`)
})
