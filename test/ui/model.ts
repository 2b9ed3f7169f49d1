import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import t from 'tap'
import { resultOf } from '../../src/protocol/result.js'
import { checkScenarios, warningsIn } from '../../src/scenarios/check.js'
import { bodyOf, callersOf, type Profile } from '../../ui/model/caller.js'
import { curlOf, quote } from '../../ui/model/curl.js'
import { draftOf, emptyDraft, emptyStep, faults, ruleOf } from '../../ui/model/draft.js'
import { isFiltering, noFilter, passes, toggled } from '../../ui/model/filter.js'
import { duration, lossOf, marksOf } from '../../ui/model/marks.js'
import { exactly, rulesFrom } from '../../ui/model/scenario.js'
import { briefOf, sentenceOf } from '../../ui/model/sentence.js'
import { expectSummary, matchSummary, patternSummary, replySummary } from '../../ui/model/summary.js'
import { ago, timeOf } from '../../ui/model/time.js'
import type { Call, RuleDefinition } from '../../ui/model/types.js'
import { ruleToYaml, toYaml } from '../../ui/model/yaml.js'

const success = resultOf('SUCCESS')
const unknown = resultOf('UNKNOWN_EXCEPTION')

function callOf(fields: Partial<Call> = {}): Call {
  return {
    id: 1,
    at: '2026-01-31T12:00:00.000Z',
    namespace: null,
    clientId: 'SANDBOX_1',
    method: 'POST',
    path: '/v1/payments/cancelPayment',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    acquirerId: '1',
    pspId: '2',
    paymentRequestId: 'A-1',
    rule: 'file/late',
    attempt: 1,
    replayed: false,
    result: success,
    httpStatus: 200,
    fault: null,
    signature: null,
    delayMs: 0,
    callerLeft: false,
    reason: 'step 1 of 1',
    durationMs: 1,
    ...fields,
  }
}

t.test('each answer is explained in a sentence, and in short', async (t) => {
  const cases: [Partial<Call>, string, string][] = [
    [{}, '“file/late” took attempt 1: its only step says SUCCESS.', 'The rule’s only step.'],
    [
      { reason: 'step 1 of 2', result: unknown },
      '“file/late” took attempt 1: step 1 of 2 says UNKNOWN_EXCEPTION.',
      'The rule’s step 1 of 2.',
    ],
    [{ rule: null }, 'No rule matches attempt 1, so the answer is SUCCESS.', 'No rule matches.'],
    [
      { replayed: true, attempt: 2 },
      '“file/late” took attempt 2; SUCCESS was final by then, so it is replayed.',
      'SUCCESS was final already, so it is replayed.',
    ],
    [
      { replayed: true, attempt: 2, rule: null },
      'No rule matches attempt 2; SUCCESS was final by then, so it is replayed.',
      'SUCCESS was final already, so it is replayed.',
    ],
    [
      { attempt: null, rule: null, reason: 'pspId is missing' },
      'Refused before any rule was asked: pspId is missing.',
      'Refused: pspId is missing.',
    ],
  ]
  for (const [fields, sentence, brief] of cases) {
    t.equal(sentenceOf(callOf(fields)), sentence)
    t.equal(briefOf(callOf(fields)), brief)
  }
})

t.test('what became of the answer follows', async (t) => {
  const fateOf = (fields: Partial<Call>) => briefOf(callOf(fields)).replace('The rule’s only step. ', '')
  t.equal(fateOf({ delayMs: 250 }), 'It was held back for 250 ms.')
  t.equal(fateOf({ delayMs: 9000 }), 'It was held back for 9 s, longer than the 8 s that Alipay+ waits.')
  t.equal(fateOf({ delayMs: 3000, fault: 'slow-body' }), 'Its body took 3 s.')
  t.equal(fateOf({ signature: 'missing' }), 'Its signature was left out.')
  t.equal(fateOf({ signature: 'invalid' }), 'Its signature was spoiled.')
  t.equal(fateOf({ httpStatus: 503 }), 'The caller never got it: it came as HTTP 503.')
  t.equal(fateOf({ callerLeft: true }), 'The caller never got it: it had hung up before.')
  t.match(
    fateOf({ fault: 'no-reply', callerLeft: true, heldMs: 8004 }),
    / without a reply\. It waited 8 s, then hung up\.$/,
  )
  t.match(fateOf({ fault: 'no-reply', heldMs: 30_000 }), / without a reply\. It waited at least 30 s\.$/)
  for (const fault of faults.filter((each) => each !== 'slow-body'))
    t.match(fateOf({ fault }), /^The caller never got it: the (connection|body) [^-]+\.$/, fault)
})

t.test('what sets a call apart is marked', async (t) => {
  const labels = (fields: Partial<Call>) => marksOf(callOf(fields)).map(({ kind, label }) => `${kind}|${label}`)
  t.same(labels({}), [])
  t.same(labels({ attempt: null }), ['refused|refused'])
  t.same(labels({ fault: 'empty-reply', delayMs: 40 }), ['lost|lost: empty-reply', 'delayed|delayed 40 ms'])
  t.same(labels({ fault: 'slow-body', delayMs: 1500 }), ['delayed|slow body 1.5 s'])
  t.same(labels({ signature: 'invalid', replayed: true }), ['unsigned|signature invalid', 'replayed|replayed'])
  t.equal(lossOf(callOf()), undefined)
  t.equal(duration(0.44), '0.4 ms')
})

t.test('a filter wants every word, any status and any mark that is named', async (t) => {
  const call = callOf({ fault: 'no-reply' })
  const isPassing = (filter: object) => passes(call, { ...noFilter, ...filter })
  t.ok(isPassing({}))
  t.ok(isPassing({ text: 'success  LATE sandbox' }))
  t.notOk(isPassing({ text: 'success absent' }))
  t.ok(isPassing({ statuses: ['S', 'F'] }))
  t.notOk(isPassing({ statuses: ['U'] }))
  t.ok(isPassing({ marks: ['lost'] }))
  t.notOk(isPassing({ marks: ['refused'] }))
  t.notOk(isFiltering(noFilter))
  t.ok(isFiltering({ ...noFilter, text: 'x' }))
  t.ok(isFiltering({ ...noFilter, marks: ['lost'] }))
  t.same([toggled(['a'], 'b'), toggled(['a', 'b'], 'a')], [['a', 'b'], ['b']])
})

t.test('a call as curl is obeyed by a shell as text, whatever is in it', async (t) => {
  const hostile = `it's $(touch x) \`y\` "z" <img src=x onerror=alert(1)>\n`
  const words = (command: string) =>
    execFileSync('bash', ['-c', `${command.replace(/^curl/, 'printf "%s\\0"')}`])
      .toString()
      .split('\0')
      .slice(0, -1)
  t.same(words(`curl ${quote(hostile)}`), [hostile])
  const headers = {
    'client-id': hostile,
    signature: 'x',
    host: 'y',
    cookie: 'c',
    'sec-fetch-mode': 'cors',
    'x-empty': '',
  }
  t.same(words(curlOf(callOf({ headers, body: hostile }), 'http://h')), [
    '-i',
    'http://h/v1/payments/cancelPayment',
    '-H',
    `client-id: ${hostile}`,
    '--data-raw',
    hostile,
  ])
  t.same(words(curlOf(callOf({ method: 'GET', headers: {}, body: null }), '')), [
    '-i',
    '-X',
    'GET',
    '/v1/payments/cancelPayment',
  ])
})

/** What a scenario file says, which must have no mistake. */
function rulesIn(yaml: string) {
  const { rules, errors, lint } = checkScenarios([{ path: 'seen.yaml', text: yaml }])
  t.same(errors, [])
  return { rules, warnings: warningsIn({ lint }) }
}

t.test('calls that were seen become a scenario file that answers the same', async (t) => {
  const rules = rulesFrom([
    callOf({ id: 4, paymentRequestId: 'R', result: success, attempt: 4 }),
    callOf({ id: 1, paymentRequestId: 'R', result: unknown }),
    callOf({ id: 2, paymentRequestId: 'R', result: unknown }),
    callOf({ id: 3, paymentRequestId: 'R', result: unknown, fault: 'connection-reset' }),
    callOf({ id: 5, paymentRequestId: 'once' }),
    callOf({ id: 6, paymentRequestId: 'twice', delayMs: 20.4, httpStatus: 500, signature: 'missing' }),
    callOf({ id: 7, paymentRequestId: 'twice', delayMs: 20.4, httpStatus: 500, signature: 'missing' }),
    callOf({ id: 8, paymentRequestId: 'refused', attempt: null }),
    callOf({ id: 9, paymentRequestId: null }),
  ])
  t.same(rules, [
    {
      name: 'R',
      match: { paymentRequestId: 'R' },
      reply: [
        { resultCode: 'UNKNOWN_EXCEPTION', times: 2 },
        { resultCode: 'UNKNOWN_EXCEPTION', fault: 'connection-reset' },
        'SUCCESS',
      ],
    },
    { name: 'once', match: { paymentRequestId: 'once' }, reply: 'SUCCESS' },
    {
      name: 'twice',
      match: { paymentRequestId: 'twice' },
      reply: { resultCode: 'SUCCESS', delay: '20ms', httpStatus: 500, signature: 'missing' },
    },
  ])
  t.equal(rulesIn(toYaml(rules)).rules.length, 3)
})

t.test('a scenario file keeps messages that are not those of the codes, and the ids of acquirers', async (t) => {
  const closed = resultOf('PROCESS_FAIL', 'Account closed by wallet')
  const rules = rulesFrom([
    callOf({ id: 1, paymentRequestId: 'closed', result: closed }),
    callOf({ id: 2, profile: 'acqp', paymentRequestId: null, paymentId: 'P-1' }),
    callOf({ id: 3, profile: 'acqp', paymentRequestId: 'R-2', paymentId: 'P-2' }),
    callOf({
      id: 4,
      profile: 'ams',
      paymentRequestId: 'R-3',
      paymentId: 'P-3',
      result: resultOf('CLIENT_INVALID'),
    }),
  ])
  t.same(rules, [
    {
      name: 'closed',
      match: { paymentRequestId: 'closed' },
      reply: { resultCode: 'PROCESS_FAIL', resultMessage: 'Account closed by wallet' },
    },
    { name: 'P-1', match: { paymentRequestId: 'P-1' }, reply: 'SUCCESS' },
    { name: 'R-2', match: { paymentRequestId: 'R-2' }, reply: 'SUCCESS' },
    { name: 'P-3', match: { paymentRequestId: 'P-3' }, reply: 'INVALID_CLIENT' },
  ])
  t.same(rulesIn(toYaml(rules)).warnings, [])
})

t.test('which fields a test call has depends on who calls', async (t) => {
  const idsOf = (profile: Profile) => callersOf(profile).map(({ id }) => id)
  t.same(idsOf('mpp'), ['mpp'])
  t.same(idsOf('acqp'), ['acqp', 'ams'])
  t.same(idsOf('all'), ['mpp', 'acqp', 'ams'])
  const values = { paymentRequestId: 'R', paymentId: '', acquirerId: 'A', pspId: 'S' }
  t.same(
    callersOf('all').map((caller) => bodyOf(caller, values)),
    [{ paymentRequestId: 'R', acquirerId: 'A', pspId: 'S' }, { paymentRequestId: 'R' }, { paymentRequestId: 'R' }],
  )
})

t.test('an id of any characters is matched by its rule, and no other id is', async (t) => {
  const ids = [
    '20',
    'true',
    '1e3',
    'a*b',
    'a?b',
    'a\\b*',
    '/x/',
    '/a.b',
    "it's: {#",
    '<img src=x>',
    ' lead',
    'x'.repeat(128),
  ]
  const calls = ids.map((paymentRequestId, index) => callOf({ id: index, paymentRequestId }))
  const yaml = toYaml(rulesFrom([...calls, callOf({ id: 99, paymentRequestId: `${'x'.repeat(128)}y` })]))
  const { rules, warnings } = rulesIn(yaml)
  const tooLong = (id: string) => id.length > 64
  t.match(
    warnings,
    ids
      .filter(tooLong)
      .concat('and the last')
      .map(() => ({ message: /at most 64 characters/ })),
  )
  t.equal(rules.length, ids.length + 1, 'names are unique')
  const { takesCall } = await import('../../src/scenarios/match.js')
  for (const id of ids) {
    const taking = rules.filter((rule) =>
      takesCall(rule, { acquirerId: '', pspId: '', paymentRequestId: id, clientId: '' }, ''),
    )
    t.equal(taking.length, 1, id)
  }
  t.equal(exactly('plain'), 'plain')
})

t.test('a rule is shown on one line', async (t) => {
  const rule = (definition: Partial<RuleDefinition>) => ({ name: 'n', reply: 'SUCCESS', ...definition })
  t.equal(matchSummary(rule({})), 'every call')
  t.equal(
    matchSummary(rule({ match: { pspId: ['1', '2'], clientId: { not: 'x*' } }, chance: 0.01 })),
    'pspId 1 or 2 and clientId not x*, 1 % of ids',
  )
  t.equal(matchSummary(rule({ chance: 1 })), 'every call')
  t.equal(patternSummary({ not: ['a', 'b'] }), 'not a or b')
  t.same(
    replySummary(
      rule({
        reply: [
          'SUCCESS',
          { resultCode: 'SUCCESS', times: 3, delay: '1s', fault: 'slow-body', httpStatus: 500, signature: 'missing' },
          { fault: 'no-reply', delay: { median: '80ms', sigma: 1 } },
          { resultCode: 'PROCESS_FAIL' },
        ],
      }),
    ),
    [
      'SUCCESS',
      'SUCCESS (3 times, after 1s, slow-body, HTTP 500, signature missing)',
      'no result (after about 80ms, no-reply)',
      'PROCESS_FAIL',
    ],
  )
})

t.test('what a rule expects is told on one line', async (t) => {
  t.equal(expectSummary({ attempts: 1 }), '1 attempt')
  t.equal(
    expectSummary({ attempts: '2..5', last: 'SUCCESS', spacing: '1s..', backoff: true, within: '60s' }),
    '2..5 attempts; SUCCESS last; 1s.. apart; pauses that grow; within 60s',
  )
  t.equal(expectSummary({ backoff: false }), '')
})

t.test('a rule goes into the form and comes out of it unchanged', async (t) => {
  const rules: RuleDefinition[] = [
    { name: 'plain', reply: 'SUCCESS' },
    { name: 'more', reply: 'SUCCESS', idempotent: false, expect: { attempts: '2..', backoff: true } },
    {
      name: 'all',
      match: {
        paymentRequestId: ['a', 'b*'],
        paymentId: '/a,b/i',
        acquirerId: { not: ['1', '2'] },
        clientId: { not: 'x' },
      },
      chance: 0.5,
      reply: [
        {
          resultCode: 'SUCCESS',
          resultMessage: 'Done',
          times: 2,
          delay: '100ms..2s',
          httpStatus: 503,
          signature: 'invalid',
        },
        { fault: 'no-reply', delay: { median: '80ms', sigma: 0.4 } },
        'PROCESS_FAIL',
      ],
    },
  ]
  for (const rule of rules) t.same(ruleOf(draftOf(rule)), rule)
  t.same(ruleOf(emptyDraft), { name: '', reply: 'SUCCESS' })
  t.same(ruleOf({ ...emptyDraft, steps: [] }), { name: '', reply: 'SUCCESS' })
  t.same(ruleOf({ ...emptyDraft, steps: [{ ...emptyStep, resultCode: '', times: 'x' }] }), {
    name: '',
    reply: { times: Number.NaN },
  })
  t.same(load(ruleToYaml({ name: '1', reply: 'SUCCESS' })), [{ name: '1', reply: 'SUCCESS' }])
})

t.test('the form knows all faults', async (t) => {
  const schema = readFileSync('openapi/scenario.schema.json', 'utf8')
  t.match(schema.replaceAll(/\s/g, ''), JSON.stringify(faults))
})

t.test('times are those of the reader, and of now', async (t) => {
  t.match(timeOf('2026-01-31T12:00:00.007Z'), /^\d\d:00:00\.007$/)
  const now = Date.parse('2026-01-31T12:00:00Z')
  const before = (seconds: number) => ago(new Date(now - seconds * 1000).toISOString(), now)
  t.same(
    [before(-5), before(59), before(600), before(7200), before(200_000)],
    ['0 s ago', '59 s ago', '10 min ago', '2 h ago', '2 d ago'],
  )
})
