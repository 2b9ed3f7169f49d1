import t from 'tap'
import { resultOf } from '../../src/protocol/result.js'
import type { JournalEntry } from '../../src/simulator/journal.js'
import { reportOn } from '../../src/simulator/report/report.js'

let lastId = 0

/** An entry that arrived at `at` milliseconds and was answered 10 ms later. */
function entry(
  at: number,
  fields: Partial<JournalEntry> & { code?: Parameters<typeof resultOf>[0] } = {},
): JournalEntry {
  const { code = 'SUCCESS', ...others } = fields
  return {
    id: ++lastId,
    at,
    durationMs: 10,
    clientId: undefined,
    method: 'POST',
    path: '/v1/payments/cancelPayment',
    headers: ['Host', 'x'],
    body: '{}',
    acquirerId: 'A',
    pspId: 'P',
    paymentRequestId: 'ID',
    rule: 'file/rule',
    attempt: 1,
    replayed: false,
    result: resultOf(code),
    httpStatus: 200,
    fault: undefined,
    signature: undefined,
    delayMs: 0,
    callerLeft: false,
    reason: '',
    ...others,
  }
}

function judge(entries: JournalEntry[], { evicted = 0, tooFast = 100 } = {}) {
  const numbered = entries.map((each, index) => ({ ...each, id: index + 1 }))
  return reportOn(numbered, { evicted, tooFast })
}

function verdictsOn(entries: JournalEntry[], options = {}) {
  return judge(entries, options).verdicts.map(({ verdict, entries }) => `${verdict} ${entries.join()}`)
}

const U = { code: 'UNKNOWN_EXCEPTION' } as const
const F = { code: 'PROCESS_FAIL' } as const
const signed = ['Host', 'x', 'Signature', 'algorithm=RSA256,keyVersion=1,signature=x']

t.test('a caller that asks until it has a final result is not blamed', async (t) => {
  t.same(verdictsOn([]), [])
  t.same(verdictsOn([entry(0)]), [])
  t.same(verdictsOn([entry(0, F)]), [])
  t.same(verdictsOn([entry(0, U), entry(500, { ...U, attempt: 2 }), entry(1000, { attempt: 3 })]), [])
  t.same(verdictsOn([entry(0, { fault: 'connection-reset' }), entry(500, { attempt: 2 })]), [])
})

t.test(
  'retried-after-success and retried-after-final-failure: another call after the result was delivered',
  async (t) => {
    t.same(verdictsOn([entry(0), entry(500), entry(900)]), ['retried-after-success 1,2,3'])
    t.same(verdictsOn([entry(0, F), entry(500, F)]), ['retried-after-final-failure 1,2'])
    t.same(verdictsOn([entry(0, U), entry(500), entry(900)]), ['retried-after-success 2,3'])
    t.equal(judge([entry(0), entry(500)]).verdicts[0]?.message, 'asked again once after SUCCESS had been delivered')
    t.match(judge([entry(0), entry(500), entry(900)]).verdicts[0]?.message, /asked again 2 times/)
    const refused = entry(500, { code: 'ACCESS_DENIED', attempt: undefined })
    t.same(verdictsOn([entry(0), refused]), ['retried-after-success 1,2'], 'a refused call is a call all the same')
  },
)

t.test('a call after an answer that the caller cannot have used is no retry too many', async (t) => {
  const damaged: Partial<JournalEntry>[] = [
    { fault: 'connection-reset' },
    { fault: 'empty-reply' },
    { fault: 'no-reply' },
    { fault: 'malformed-json' },
    { fault: 'missing-status' },
    { fault: 'truncated-body' },
    { fault: 'slow-body' },
    { httpStatus: 500 },
    { signature: 'invalid' },
    { signature: 'missing', headers: signed },
    { callerLeft: true },
    { delayMs: 9000, durationMs: 9000 },
  ]
  for (const damage of damaged)
    for (const code of ['SUCCESS', 'PROCESS_FAIL'] as const)
      t.same(
        verdictsOn([entry(0, { ...damage, code }), entry(10_000, { code, attempt: 2 })]),
        [],
        JSON.stringify(damage),
      )
})

t.test('a refusal says nothing about the payment, so a call after it is right', async (t) => {
  const refused = entry(0, { code: 'PARAM_ILLEGAL', attempt: undefined, pspId: undefined })
  t.same(verdictsOn([refused]), [])
  t.same(verdictsOn([refused, entry(5)]), [])
})

t.test('a call that was under way already when the result came is not a retry after it', async (t) => {
  const calls = [entry(0, { durationMs: 50 }), entry(20, { durationMs: 50, attempt: 2, replayed: true })]
  t.same(verdictsOn(calls), ['overlapping-attempts 1,2'])
  const answeredLast = [entry(0, { durationMs: 90 }), entry(20, { durationMs: 10, attempt: 2 })]
  t.same(verdictsOn(answeredLast), ['overlapping-attempts 1,2'], 'whichever was answered first')
})

t.test('abandoned-unknown: the last answer was unknown or lost, and nobody asked again', async (t) => {
  t.same(verdictsOn([entry(0, U)]), ['abandoned-unknown 1'])
  t.same(verdictsOn([entry(0, U), entry(500, { ...U, attempt: 2 })]), ['abandoned-unknown 2'])
  const refusedAfter = entry(500, { code: 'PARAM_ILLEGAL', attempt: undefined })
  t.same(verdictsOn([entry(0, U), refusedAfter]), ['abandoned-unknown 1,2'], 'a refusal settles nothing')
  const refusedOnly = entry(0, { ...U, attempt: undefined })
  t.same(verdictsOn([refusedOnly]), ['abandoned-unknown 1'])
  const messages = [
    entry(0, U),
    entry(0, { fault: 'connection-reset' }),
    entry(0, { httpStatus: 503 }),
    entry(0, { callerLeft: true }),
    entry(0, { signature: 'invalid', headers: signed }),
  ].map((each) => judge([each]).verdicts[0]?.message)
  t.same(messages, [
    'did not ask again after UNKNOWN_EXCEPTION',
    'did not ask again after the answer SUCCESS was lost (connection-reset)',
    'did not ask again after the answer SUCCESS was lost (HTTP 503)',
    'did not ask again after the answer SUCCESS was lost (the caller had left)',
    'did not ask again after the answer SUCCESS was lost (bad signature)',
  ])
})

t.test('a caller that knows the result, or may know it, has not abandoned the payment', async (t) => {
  t.same(verdictsOn([entry(0), entry(500, { attempt: 2, fault: 'connection-reset' })]), ['retried-after-success 1,2'])
  t.same(verdictsOn([entry(0, { fault: 'slow-body' })]), [])
  t.same(verdictsOn([entry(0, { signature: 'invalid' })]), [], 'who does not sign may not check either')
  t.same(verdictsOn([entry(0, { delayMs: 9000 })]), [])
})

t.test('abandoned-unknown is unsure where earlier calls are no longer known', async (t) => {
  const unsure = (entries: JournalEntry[], evicted = 0) => judge(entries, { evicted }).verdicts[0]?.unsure
  t.equal(unsure([entry(0, U)]), false)
  t.equal(unsure([entry(0, U)], 5), false, 'its first attempt is there')
  t.equal(unsure([entry(0, { ...U, attempt: 3 })], 5), true)
  t.equal(unsure([entry(0, { ...U, attempt: undefined })], 5), true)
  t.equal(unsure([entry(0, { ...U, attempt: undefined })]), false)
})

t.test('changed-parameters: the same id with another acquirerId or pspId', async (t) => {
  const changed = [entry(0, U), entry(500, { attempt: 2, acquirerId: 'B', pspId: 'Q' })]
  t.same(verdictsOn(changed), ['changed-parameters 1,2'])
  t.equal(judge(changed).verdicts[0]?.message, 'acquirerId was A, then B; pspId was P, then Q')
  t.same(verdictsOn([entry(0, U), entry(500, { paymentRequestId: 'OTHER', pspId: 'Q' })]), ['abandoned-unknown 1'])
  const unread = entry(0, { code: 'PARAM_ILLEGAL', attempt: undefined, pspId: undefined })
  t.same(verdictsOn([unread, entry(500)]), [], 'a field that was missing is not another one')
})

t.test('overlapping-attempts: a call came while an earlier one was still unanswered', async (t) => {
  const pending = (fields: Partial<JournalEntry>) => [
    entry(0, { durationMs: 9000, ...U, ...fields }),
    entry(300, { attempt: 2 }),
  ]
  t.same(verdictsOn(pending({})), ['overlapping-attempts 1,2'])
  t.match(judge(pending({})).verdicts[0]?.message, '2 calls were under way at the same time')
  t.same(verdictsOn(pending({ fault: 'no-reply' })), [], 'an answer that never comes is not waited for')
  t.same(verdictsOn(pending({ callerLeft: true })), [], 'who has hung up may call again')
  const patient = [entry(0, { durationMs: 9000, ...U }), entry(8000, { attempt: 2 })]
  t.same(verdictsOn(patient), [], 'after 8 seconds Alipay+ asks again')
  t.same(verdictsOn([entry(0, { durationMs: 500, ...U }), entry(500, { attempt: 2 })], { tooFast: 0 }), [])
})

t.test('retried-too-fast: a call followed an answer sooner than the threshold', async (t) => {
  const quick = [entry(0, U), entry(60, { ...U, attempt: 2 }), entry(90, { attempt: 3 })]
  t.same(verdictsOn(quick), ['retried-too-fast 1,2,3'])
  t.equal(judge(quick).verdicts[0]?.message, 'asked again after 20 ms, sooner than 100 ms')
  t.same(verdictsOn(quick, { tooFast: 20 }), [])
  t.same(verdictsOn([entry(0, U), entry(110, { attempt: 2 })]), [], 'the threshold itself is not too fast')
  t.same(verdictsOn([entry(0, { fault: 'no-reply' }), entry(20, { attempt: 2 })]), [])
})

t.test('a report counts what the caller was shown, refusals included, and says what is missing', async (t) => {
  const { calls, evicted, unsure, coverage } = judge(
    [
      entry(0, { paymentRequestId: 'a' }),
      entry(0, { paymentRequestId: undefined, attempt: undefined, code: 'NO_INTERFACE_DEF' }),
      entry(0, { paymentRequestId: 'b', ...F, delayMs: 300 }),
      entry(0, { paymentRequestId: 'c', code: 'ACCESS_DENIED', fault: 'empty-reply', delayMs: 300 }),
      entry(0, { paymentRequestId: 'd', signature: 'invalid' }),
      entry(0, { paymentRequestId: 'e', signature: 'missing', headers: signed }),
    ],
    { evicted: 7 },
  )
  t.same({ calls, evicted, unsure }, { calls: 6, evicted: 7, unsure: true })
  t.match(coverage.resultCodes, { SUCCESS: 2, NO_INTERFACE_DEF: 1, PROCESS_FAIL: 1, ACCESS_DENIED: 0 })
  t.equal(Object.keys(coverage.resultCodes).length, 13)
  t.equal(coverage.missing.length, 10)
  t.ok(coverage.missing.includes('ACCESS_DENIED'), 'what was lost was not shown')
  t.same(coverage.deliveries, { delayed: 1, lost: 1, badSignature: 2 })
})

t.test('verdicts stand in the order of their gravity, entries in that of their arrival', async (t) => {
  const entries = [
    entry(20, { paymentRequestId: 'a', ...U, attempt: 2 }),
    entry(0, { paymentRequestId: 'a', ...U }),
    entry(0, { paymentRequestId: 'b' }),
    entry(500, { paymentRequestId: 'b' }),
  ]
  t.same(verdictsOn(entries), ['retried-after-success 3,4', 'abandoned-unknown 1', 'retried-too-fast 1,2'])
  const sameMoment = [entry(0, { ...U, durationMs: 0 }), entry(0, { ...U, attempt: 2 })]
  t.same(verdictsOn(sameMoment), ['abandoned-unknown 2', 'retried-too-fast 1,2'])
})
