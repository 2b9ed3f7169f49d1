import t from 'tap'
import { resultOf } from '../../src/protocol/result.js'
import type { JournalEntry } from '../../src/simulator/journal.js'
import { protocolPatience, scalePatience } from '../../src/simulator/patience.js'
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
    profile: 'mpp',
    paymentRequestId: 'ID',
    paymentId: undefined,
    rule: 'file/rule',
    attempt: 1,
    replayed: false,
    result: resultOf(code),
    httpStatus: 200,
    fault: undefined,
    signature: undefined,
    delayMs: 0,
    callerLeft: false,
    heldMs: undefined,
    expect: undefined,
    reason: '',
    ...others,
  }
}

function judge(entries: JournalEntry[], { evicted = 0, tooFast = 100, expecting = [] as string[] } = {}) {
  const numbered = entries.map((each, index) => ({ ...each, id: index + 1 }))
  return reportOn(numbered, { evicted, tooFast, patience: protocolPatience, expecting })
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

const left = (heldMs: number, fields: Parameters<typeof entry>[1] = {}) =>
  entry(0, { fault: 'no-reply', callerLeft: true, heldMs, ...fields })
const again = entry(50_000, { attempt: 2 })

t.test('hung-up-early: the caller left before it could have had an answer', async (t) => {
  t.same(verdictsOn([left(1200), again]), ['hung-up-early 1'])
  t.equal(judge([left(1200), again]).verdicts[0]?.message, 'left after 1.2 s without an answer; wait for 8 s at least')
  t.same(verdictsOn([left(300, { fault: undefined, delayMs: 5000 }), again]), ['hung-up-early 1'], 'in a delay')
  t.same(verdictsOn([left(300, { fault: 'slow-body' }), again]), ['hung-up-early 1'], 'in a slow body')
})

t.test('who waits as long as Alipay+ does, has its answer, or still waits, has not hung up early', async (t) => {
  t.same(verdictsOn([left(8000), again]), [])
  t.same(verdictsOn([left(7300), again]), [], 'its clock started before ours')
  t.same(verdictsOn([entry(0, { fault: 'no-reply' }), again]), [], 'nothing is known of its leaving')
  t.same(verdictsOn([entry(0, { fault: 'connection-reset' }), again]), [])
  const answered = entry(100, { attempt: 2, durationMs: 5 })
  t.same(verdictsOn([left(400), answered]), [], 'another call of its own had brought the result')
  t.same(verdictsOn([left(90), answered]), ['hung-up-early 1'], 'not yet')
  const unknownMeanwhile = entry(100, { ...U, attempt: 2, durationMs: 5 })
  t.same(verdictsOn([left(400), unknownMeanwhile, again]), ['hung-up-early 1'], 'no result')
})

t.test('no-timeout: the caller still waited long after every time-out should have been over', async (t) => {
  const holds = entry(0, { fault: 'no-reply', heldMs: 31_000 })
  t.same(verdictsOn([holds, again]), ['no-timeout 1'])
  t.equal(
    judge([holds, again]).verdicts[0]?.message,
    'still waited for an answer after 31 s; set a time-out of at most 30 s',
  )
  t.same(verdictsOn([left(45_000), again]), ['no-timeout 1'], 'it left in the end')
  const late = entry(0, { delayMs: 40_000, durationMs: 40_000, ...U })
  t.same(verdictsOn([late, again]), ['no-timeout 1'], 'a very late answer')
})

t.test('who has a time-out, or cannot be known to have none, is not blamed for having none', async (t) => {
  t.same(verdictsOn([left(30_000), again]), [], 'the longest time-out there should be')
  t.same(verdictsOn([left(30_900), again]), [], 'the same, seen from here')
  t.same(verdictsOn([entry(0, { fault: 'no-reply' }), again]), [], 'a server that ended meanwhile knows no more')
  const leaked = entry(0, { fault: 'no-reply', heldMs: 31_000 })
  t.same(verdictsOn([leaked, entry(10_000, { attempt: 2 })]), [], 'it asked again, and only kept the connection')
  t.same(
    verdictsOn([entry(0, { fault: 'slow-body', callerLeft: true, heldMs: 60_000 }), again]),
    [],
    'bytes kept coming',
  )
})

t.test('the times by which waiting is judged can be made shorter', async (t) => {
  const patience = scalePatience(protocolPatience, 0.1)
  const kinds = (entries: JournalEntry[]) =>
    reportOn(entries, { evicted: 0, tooFast: 100, patience, expecting: [] }).verdicts.map(({ verdict }) => verdict)
  t.same(kinds([left(600), again]), ['hung-up-early'])
  t.same(kinds([left(800), again]), [])
  t.same(kinds([left(3200), again]), ['no-timeout'])
})

t.test('an acquirer may retry failures, all but two', async (t) => {
  const retried = (profile: string, code: 'ACCESS_DENIED' | 'PROCESS_FAIL' | 'CANCEL_WINDOW_EXCEED' | 'SUCCESS') =>
    verdictsOn([entry(0, { code, profile } as never), entry(500, { code, attempt: 2, profile } as never)])
  for (const profile of ['acqp', 'ams']) {
    t.same(retried(profile, 'ACCESS_DENIED'), [], profile)
    for (const code of ['PROCESS_FAIL', 'CANCEL_WINDOW_EXCEED'] as const)
      t.same(retried(profile, code), ['retried-after-final-failure 1,2'], `${profile} ${code}`)
    t.same(retried(profile, 'SUCCESS'), ['retried-after-success 1,2'])
  }
  t.same(retried('mpp', 'ACCESS_DENIED'), ['retried-after-final-failure 1,2'])
})

type Expect = NonNullable<JournalEntry['expect']>

/** What a report says of the expectation of the rule of these attempts. */
function outcomeOf(expect: Expect, entries: JournalEntry[]): string {
  const { expectations } = judge(entries.map((each, index) => ({ ...each, attempt: index + 1, expect })))
  return expectations.map(({ state, message }) => `${state}: ${message}`).join('\n')
}

t.test('attempts: how many accepted calls a payment gets', async (t) => {
  const calls = (count: number) => Array.from({ length: count }, (_, n) => entry(n * 1000, U))
  t.equal(outcomeOf({ attempts: 2 }, calls(2)), 'met: 2 attempts, UNKNOWN_EXCEPTION last')
  t.equal(
    outcomeOf({ attempts: '2..3' }, calls(1)),
    'missed: made 1 attempt, expected 2..3: ask again, with the same parameters, until the result is known',
  )
  t.equal(
    outcomeOf({ attempts: '2..3' }, calls(4)),
    'missed: made 4 attempts, expected 2..3: stop when the result is final, or the limit of attempts is reached',
  )
  t.match(outcomeOf({ attempts: '2..' }, calls(9)), /^met/)
  const refused = entry(500, { code: 'PARAM_ILLEGAL', attempt: undefined, rule: undefined })
  const { expectations } = judge([{ ...entry(0), expect: { attempts: 1 } }, refused])
  t.match(expectations, [{ state: 'met', entries: [1] }], 'a refused call is no attempt')
})

t.test('last: the code that was shown last, intact', async (t) => {
  t.match(outcomeOf({ last: 'SUCCESS' }, [entry(0, U), entry(1000)]), /^met/)
  t.match(outcomeOf({ last: 'SUCCESS' }, [entry(0), entry(1000, { fault: 'empty-reply' })]), /^met/, 'it had it before')
  t.equal(
    outcomeOf({ last: 'SUCCESS' }, [entry(0, U), entry(1000, { fault: 'connection-reset' })]),
    'missed: was shown UNKNOWN_EXCEPTION last, expected SUCCESS: ask until SUCCESS has arrived intact, and not after it',
  )
  t.match(outcomeOf({ last: 'SUCCESS' }, [entry(0, { httpStatus: 500 })]), /^missed: was shown no intact answer/)
  t.match(outcomeOf({ last: 'SUCCESS' }, [entry(0, { fault: 'missing-status' })]), /^missed: was shown no intact/)
  t.match(outcomeOf({ attempts: 1 }, [entry(0, { httpStatus: 500 })]), /^met: 1 attempt, no answer last/)
})

t.test('spacing: from the end of an answer, or of waiting for it, to the next attempt', async (t) => {
  const spacing = '1s..30s'
  t.match(outcomeOf({ spacing }, [entry(0, U), entry(1010)]), /^met/)
  t.equal(
    outcomeOf({ spacing }, [entry(0, U), entry(1000)]),
    'missed: asked again after 990 ms, expected a spacing of 1s..30s: wait longer before each further attempt',
  )
  t.equal(
    outcomeOf({ spacing }, [entry(0, U), entry(40_010)]),
    'missed: asked again after 40 s, expected a spacing of 1s..30s: ask again sooner',
  )
  t.match(outcomeOf({ spacing: '1s' }, [entry(0, U), entry(90_000)]), /^met/, 'a single time is the least')
  t.match(outcomeOf({ spacing }, [left(9000), entry(10_000)]), /^met/)
  t.match(outcomeOf({ spacing }, [left(9000), entry(9500)]), /^missed: asked again after 500 ms/)
  t.match(
    outcomeOf({ spacing }, [entry(0, { durationMs: 9000 }), entry(8000)]),
    /asked again before the answer had come/,
  )
  t.match(outcomeOf({ spacing }, [entry(0, { fault: 'slow-body', delayMs: 2000 }), entry(2500)]), /after 490 ms/)
  const held = entry(0, { fault: 'no-reply' })
  t.match(outcomeOf({ spacing: '1s..5s' }, [held, entry(9000)]), /^met/, 'it still held the connection')
  t.match(outcomeOf({ spacing }, [held, entry(500)]), /^missed: asked again after 500 ms/, 'at the very most')
})

t.test('backoff: the pauses grow', async (t) => {
  const at = (...times: number[]) => times.map((time) => entry(time, { ...U, durationMs: 0 }))
  t.match(outcomeOf({ backoff: true }, at(0, 2000, 5000, 8000)), /^met/)
  t.equal(outcomeOf({ backoff: true }, at(0, 2000, 4100)), 'missed: waited 2 s, then 2.1 s: let the pauses grow')
  t.match(outcomeOf({ backoff: true }, at(0, 2000)), /^missed: made too few attempts/)
  t.match(outcomeOf({ backoff: false }, at(0, 2000)), /^met/)
})

t.test('within: from the first attempt to the last', async (t) => {
  t.match(outcomeOf({ within: '60s' }, [entry(0, U), entry(60_000)]), /^met/)
  t.equal(
    outcomeOf({ within: '60s' }, [entry(0, U), entry(61_000)]),
    'missed: took 61 s from the first attempt to the last, expected 60 s at most: stop sooner',
  )
})

t.test(
  'expectations are listed for each payment and rule, the missed ones first, and missed ones are verdicts',
  async (t) => {
    const expect = { last: 'SUCCESS' } as const
    const { expectations, verdicts, accepted } = judge(
      [
        entry(0, { paymentRequestId: 'a', expect }),
        entry(0, { paymentRequestId: 'b', expect, ...U }),
        entry(0, { paymentRequestId: 'c' }),
        entry(500, { paymentRequestId: 'b', expect: { attempts: 1 }, rule: 'file/other', attempt: 2 }),
        entry(500, { paymentRequestId: 'd', attempt: undefined, code: 'PARAM_ILLEGAL' }),
      ],
      { expecting: ['file/rule', 'file/other', 'file/third'] },
    )
    t.equal(accepted, 4)
    t.same(
      expectations.map(({ rule, state, paymentRequestId, entries }) => [rule, state, paymentRequestId, entries]),
      [
        ['file/rule', 'missed', 'b', [2]],
        ['file/rule', 'met', 'a', [1]],
        ['file/other', 'met', 'b', [4]],
        ['file/third', 'not-tried', null, []],
      ],
    )
    t.match(verdicts, [{ verdict: 'expectation-missed', paymentRequestId: 'b', entries: [2], unsure: false }])
    t.match(verdicts[0]?.message, /^file\/rule: was shown UNKNOWN_EXCEPTION last/)
    t.match(judge([entry(0, { expect, ...U, attempt: 3 })], { evicted: 2 }).expectations, [{ unsure: true }])
  },
)

t.test('what a rule expects, and gets, is no violation', async (t) => {
  const expecting = (expect: Expect, entries: JournalEntry[]) =>
    verdictsOn(entries.map((each) => ({ ...each, expect })))
  const gaveUp = [entry(0, U), entry(1000, { ...U, attempt: 2 })]
  t.same(expecting({ attempts: '2..5', last: 'UNKNOWN_EXCEPTION' }, gaveUp), [])
  t.same(expecting({ attempts: '2..5' }, gaveUp), ['abandoned-unknown 2'], 'it does not say that this may be the end')
  t.same(expecting({ attempts: '3..', last: 'UNKNOWN_EXCEPTION' }, gaveUp), [
    'expectation-missed 1,2',
    'abandoned-unknown 2',
  ])
  const twice = [entry(0), entry(1000, { attempt: 2, replayed: true })]
  t.same(expecting({ attempts: 2, last: 'SUCCESS' }, twice), [])
  t.same(expecting({ attempts: '1..3', last: 'SUCCESS' }, twice), ['retried-after-success 1,2'], 'nobody asked for it')
  const failed = [entry(0, { code: 'ACCESS_DENIED' }), entry(1000, { attempt: 2 })]
  t.same(expecting({ attempts: '2..', last: 'SUCCESS' }, failed), [])
})

t.test('ids that accepted calls name together are one payment, whichever led to another before', async (t) => {
  const acquirers = (paymentRequestId: string, paymentId: string, others = {}) =>
    entry(0, { profile: 'acqp', paymentRequestId, paymentId, ...others })
  t.same(
    verdictsOn([
      acquirers('R1', 'P1', U),
      acquirers('R2', 'P2', U),
      acquirers('R1', 'P2', { attempt: 2 }),
      acquirers('R2', 'P3', { attempt: 2 }),
    ]),
    ['overlapping-attempts 1,2,3,4'],
  )
})
