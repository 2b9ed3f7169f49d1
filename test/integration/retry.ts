import t from 'tap'
import { Agent, request } from 'undici'
import { listen } from '../fixtures/listening-app.js'
import { tlsPair } from '../fixtures/tls.js'

const rules = `rules:
  - name: lost
    match: { paymentRequestId: "lost-*" }
    reply: [{ resultCode: SUCCESS, fault: connection-reset }, SUCCESS]
  - name: lost in every way
    match: { paymentRequestId: "unlucky-*" }
    reply:
      - { fault: connection-reset }
      - { fault: empty-reply }
      - { fault: no-reply }
      - { resultCode: SUCCESS, delay: 3600s }
      - { fault: truncated-body }
      - { fault: malformed-json }
      - { resultCode: UNKNOWN_EXCEPTION, httpStatus: 502 }
      - { fault: slow-body, delay: 50ms }
`

interface Outcome {
  result: { resultCode: string; resultStatus: string }
  attempts: number
  replayed: unknown
}

/** What a correct caller does: the same parameters again, until there is a reply that says S or F. */
async function cancel(url: string, agent: Agent, paymentRequestId: string): Promise<Outcome> {
  const body = JSON.stringify({ acquirerId: '1022188000000000001', pspId: '1022172000000000001', paymentRequestId })
  for (let attempts = 1; attempts < 12; attempts++) {
    const reply = await call(url, agent, body).catch(() => undefined)
    if (reply !== undefined && reply.result.resultStatus !== 'U') return { ...reply, attempts }
  }
  throw new Error('no final result')
}

async function call(url: string, dispatcher: Agent, body: string) {
  const {
    statusCode,
    headers,
    body: reply,
  } = await request(url, {
    method: 'POST',
    body,
    dispatcher,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    headersTimeout: 300,
    bodyTimeout: 300,
  })
  const { result } = (await reply.json()) as Pick<Outcome, 'result'>
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`)
  return { result, replayed: headers['x-sim-replayed'] }
}

for (const https of [undefined, tlsPair('server')])
  t.test(`a real HTTP client that asks again ${https === undefined ? '' : '(with TLS)'}`, async (t) => {
    const mpp = await listen(rules, { https })
    const agent = new Agent({ connect: { rejectUnauthorized: false } })
    t.teardown(() => Promise.all([agent.destroy(), mpp.app.close()]))
    const url = `http${https === undefined ? '' : 's'}://127.0.0.1:${mpp.port}/v1/payments/cancelPayment`

    t.test('learns after a lost answer that the payment was cancelled by the first call', async (t) => {
      t.match(await cancel(url, agent, 'lost-1'), { result: { resultCode: 'SUCCESS' }, attempts: 2, replayed: 'true' })
    })

    t.test('gets through every fault to the result that the ledger has kept', async (t) => {
      const outcome = { result: { resultCode: 'SUCCESS' }, attempts: 8, replayed: 'true' }
      t.match(await cancel(url, agent, 'unlucky-1'), outcome)
    })
  })
