import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import t from 'tap'
import { warningsIn as allWarningsIn, checkFile, checkScenarios } from '../../src/scenarios/check.js'
import { didYouMean } from '../../src/scenarios/did-you-mean.js'
import { expectNodeError } from '../../src/scenarios/expect-error.js'
import { formatFinding } from '../../src/scenarios/finding.js'
import { scenarioFileSchema } from '../../src/scenarios/schema.js'
import { checkText, compileRules, mistakesIn } from '../fixtures/rules.js'

/** The mistakes of a file with this one rule, which starts at 2:5. */
function mistakesOf(rule: string): string[] {
  return mistakesIn(`rules:\n  - ${rule.replaceAll('\n', '\n    ')}\n`)
}

const codes =
  'SUCCESS, ACCESS_DENIED, CANCEL_WINDOW_EXCEED, INVALID_CLIENT, INVALID_SIGNATURE, KEY_NOT_FOUND, MEDIA_TYPE_NOT_ACCEPTABLE, METHOD_NOT_SUPPORTED, NO_INTERFACE_DEF, PARAM_ILLEGAL, PROCESS_FAIL, REQUEST_TRAFFIC_EXCEED_LIMIT, UNKNOWN_EXCEPTION, ORDER_NOT_EXIST'

t.test('a valid file', async (t) => {
  t.test('becomes rules in their order, with ids of file and name', async (t) => {
    const text = readFileSync('test/fixtures/contract.yaml', 'utf8')
    const { rules, errors, warnings } = checkText(text, 'some/folder/10-contract.yaml')
    t.same(errors, [])
    t.same(warnings, [])
    t.same(
      rules.map(({ id }) => id),
      [
        '10-contract/denied acquirer',
        '10-contract/unknown twice, then success',
        '10-contract/cancelled, but the answer is lost',
        '10-contract/one in a hundred',
      ],
    )
    t.matchSnapshot(
      rules.map(({ chance, idempotent, steps, definition }) => ({
        match: definition.match,
        chance,
        idempotent,
        steps,
      })),
      'rules',
    )
  })

  t.test('may be without rules, and say where its schema is', async (t) => {
    t.match(checkText('{ "$schema": "x", "rules": [] }', 'a.json'), { rules: [], errors: [], warnings: [] })
  })

  t.test('takes rules of several files in the order of the files', async (t) => {
    const file = (path: string) => ({
      path,
      text: `rules: [ { name: n, match: { pspId: ${path} }, reply: SUCCESS } ]`,
    })
    const { rules, errors } = checkScenarios([file('b.yaml'), file('a.yaml')])
    t.same(errors, [])
    t.same(
      rules.map(({ id }) => id),
      ['b/n', 'a/n'],
    )
  })

  t.test('has every form of delay', async (t) => {
    const delays = ['0ms', '250ms', '2s', '1.5s', '100ms..2s', '1s..1s', '3600s', { median: '80ms', sigma: 0.4 }]
    const [rule] = compileRules([
      { name: 'd', reply: delays.map((delay) => ({ resultCode: 'UNKNOWN_EXCEPTION' as const, delay })) },
    ])
    t.same(
      rule?.steps.map(({ delay }) => delay),
      [
        { kind: 'uniform', from: 0, to: 0 },
        { kind: 'uniform', from: 250, to: 250 },
        { kind: 'uniform', from: 2000, to: 2000 },
        { kind: 'uniform', from: 1500, to: 1500 },
        { kind: 'uniform', from: 100, to: 2000 },
        { kind: 'uniform', from: 1000, to: 1000 },
        { kind: 'uniform', from: 3_600_000, to: 3_600_000 },
        { kind: 'lognormal', median: 80, sigma: 0.4 },
      ],
    )
  })

  t.test('may give the status that follows from the code', async (t) => {
    t.same(mistakesOf('{ name: a, reply: { resultCode: PROCESS_FAIL, resultStatus: F } }'), [])
  })

  t.test('has messages of up to 256 characters, however many bytes they are', async (t) => {
    const reply = (length: number) =>
      `{ name: a, reply: { resultCode: SUCCESS, resultMessage: "${'\u{1f600}'.repeat(length)}" } }`
    t.same(mistakesOf(reply(256)), [])
    t.match(mistakesOf(reply(257)), [
      /^2:\d+ .* is not a valid result message: expected text of at most 256 characters$/,
    ])
  })
})

t.test('each kind of mistake is told in words that help', async (t) => {
  const cases: Record<string, [rule: string, ...mistakes: string[]]> = {
    'a misspelt code': ['{ name: a, reply: SUCESS }', '2:23 "SUCESS" is not a result code (did you mean SUCCESS?)'],
    'a code in another case': [
      '{ name: a, reply: process-fail }',
      '2:23 "process-fail" is not a result code (did you mean PROCESS_FAIL?)',
    ],
    'half a code': [
      '{ name: a, reply: UNKNOWN }',
      '2:23 "UNKNOWN" is not a result code (did you mean UNKNOWN_EXCEPTION?)',
    ],
    'half of several codes': [
      '{ name: a, reply: INVALID }',
      `2:23 "INVALID" is not a result code (expected one of ${codes})`,
    ],
    'no code at all': ['{ name: a, reply: 5 }', `2:23 "5" is not a result code (expected one of ${codes})`],
    'a misspelt key': [
      '{ nam: a, reply: SUCCESS }',
      '2:5 "name" is missing in this rule',
      '2:7 unknown key "nam" in a rule (did you mean name?)',
    ],
    'a key that is near none': [
      '{ name: a, reply: SUCCESS, priority: 1 }',
      '2:32 unknown key "priority" in a rule (expected one of name, match, chance, idempotent, reply, expect)',
    ],
    'a misspelt field': [
      '{ name: a, match: { aquirerId: x }, reply: SUCCESS }',
      '2:25 unknown key "aquirerId" in a match (did you mean acquirerId?)',
    ],
    '__proto__ as a key': [
      '{ name: a, __proto__: { a: b }, match: { __proto__: x }, reply: [ { resultCode: SUCCESS, __proto__: 1 } ] }',
      '2:16 unknown key "__proto__" in a rule (expected one of name, match, chance, idempotent, reply, expect)',
      '2:46 unknown key "__proto__" in a match (expected one of acquirerId, pspId, paymentRequestId, paymentId, clientId)',
      '2:94 unknown key "__proto__" in a step (expected one of resultCode, resultStatus, resultMessage, times, delay, fault, httpStatus, signature)',
    ],
    'names of Object.prototype as keys': [
      '{ name: a, match: { constructor: x, toString: y }, reply: SUCCESS }',
      '2:25 unknown key "constructor" in a match (expected one of acquirerId, pspId, paymentRequestId, paymentId, clientId)',
      '2:41 unknown key "toString" in a match (expected one of acquirerId, pspId, paymentRequestId, paymentId, clientId)',
    ],
    'no reply': ['{ name: a }', '2:5 "reply" is missing in this rule'],
    'an empty reply': [
      'name: a\nreply:',
      '3:5 nothing stands here: expected a result code, a step, or a list of them, one for each attempt; the last one repeats',
    ],
    'a reply without steps': [
      '{ name: a, reply: [] }',
      '2:23 [] is not a valid step list: expected a list of 1 to 1,000 steps',
    ],
    'an empty match': [
      'name: a\nmatch:\nreply: SUCCESS',
      '3:5 nothing stands here: expected the fields that must match, such as { pspId: "1022*" }; leave match out to take every call',
    ],
    'a rule that is text': ['a', '2:5 "a" is not a valid rule: expected a rule with name, match and reply'],
    'a rule that is nothing': ['', '2:3 nothing stands here: expected a rule with name, match and reply'],
    'a name that is not text': [
      '{ name: true, reply: SUCCESS }',
      '2:13 true is not a valid name: expected text of 1 to 128 characters, unique in its file; put it in quotes',
    ],
    'a name that is too long': [
      `{ name: ${'n'.repeat(129)}, reply: SUCCESS }`,
      `2:13 "${'n'.repeat(59)}... is not a valid name: expected text of 1 to 128 characters, unique in its file`,
    ],
    'a step without code and fault': ['{ name: a, reply: { times: 2 } }', '2:23 a step needs a resultCode or a fault'],
    'a message without a code': [
      '{ name: a, reply: [ { fault: no-reply, resultMessage: x } ] }',
      '2:25 a status or message needs a resultCode to go with',
    ],
    'a status without a code': [
      '{ name: a, reply: { fault: no-reply, resultStatus: U } }',
      '2:23 a status or message needs a resultCode to go with',
    ],
    'a status that contradicts the code': [
      '{ name: a, reply: { resultCode: PROCESS_FAIL, resultStatus: U } }',
      '2:65 PROCESS_FAIL always has the status F, not U; leave it out',
    ],
    'times of none': [
      '{ name: a, reply: [ { resultCode: SUCCESS, times: 0 } ] }',
      '2:55 0 is not a valid times: expected a whole number from 1, the number of attempts that get this step',
    ],
    'a chance in percent': [
      '{ name: a, chance: 1%, reply: SUCCESS }',
      '2:24 "1%" is not a valid chance: expected a number from 0 to 1, the share of ids that the rule takes',
    ],
    'a chance over 1': [
      '{ name: a, chance: 1.01, reply: SUCCESS }',
      '2:24 1.01 is not a valid chance: expected a number from 0 to 1, the share of ids that the rule takes',
    ],
    'idempotent: no': [
      '{ name: a, idempotent: no, reply: SUCCESS }',
      '2:28 "no" is not a valid value of idempotent: expected true, or false for results that are neither remembered nor replayed',
    ],
    'a misspelt fault': [
      '{ name: a, reply: { fault: connection_resett } }',
      '2:32 "connection_resett" is not a fault (did you mean connection-reset?)',
    ],
    'a signature flaw that is none': [
      '{ name: a, reply: { resultCode: SUCCESS, signature: forged } }',
      '2:57 "forged" is not a signature flaw (expected one of invalid, missing)',
    ],
    'an HTTP status of 100': [
      '{ name: a, reply: { resultCode: SUCCESS, httpStatus: 100 } }',
      '2:58 100 is not a valid HTTP status: expected a whole number from 200 to 599',
    ],
    'a delay without unit': [
      '{ name: a, reply: { resultCode: SUCCESS, delay: 250 } }',
      '2:53 "250" is not a valid delay: expected a time like 250ms, 2s or 100ms..2s',
    ],
    'a delay that ends before it starts': [
      '{ name: a, reply: { resultCode: SUCCESS, delay: 2s..1s } }',
      '2:53 the delay 2s..1s ends before it starts',
    ],
    'a delay of more than an hour': [
      '{ name: a, reply: { resultCode: SUCCESS, delay: 3601s } }',
      '2:53 the delay 3601s is longer than an hour; fault: no-reply never ends',
    ],
    'half a lognormal delay': [
      '{ name: a, reply: { resultCode: SUCCESS, delay: { median: 80, sigm: 1 } } }',
      '2:53 "sigma" is missing in this lognormal delay',
      '2:63 "80" is not a valid duration: expected a time like 80ms or 2s',
      '2:67 unknown key "sigm" in a lognormal delay (did you mean sigma?)',
    ],
    'a delay that is a list': [
      '{ name: a, reply: { resultCode: SUCCESS, delay: [ 1s, 2s ] } }',
      '2:53 ["1s","2s"] does not fit: expected a delay like 250ms, 2s, 100ms..2s or { median: 80ms, sigma: 0.4 }',
    ],
    'a list of steps inside the list': [
      '{ name: a, reply: [ [ SUCCESS ] ] }',
      '2:25 ["SUCCESS"] does not fit: expected a result code or a step such as { resultCode: SUCCESS, delay: 2s }',
    ],
    'a pattern that is empty': [
      '{ name: a, match: { pspId: "" }, reply: SUCCESS }',
      '2:32 "" is not a valid pattern: expected text, a glob with * and ?, or /a regular expression/',
    ],
    'a pattern that is nothing': [
      '{ name: a, match: { pspId: null }, reply: SUCCESS }',
      '2:32 nothing stands here: expected a pattern, a list of patterns or { not: pattern }',
    ],
    'a pattern that is true': [
      '{ name: a, match: { pspId: true }, reply: SUCCESS }',
      '2:32 true does not fit: expected a pattern, a list of patterns or { not: pattern }; put it in quotes',
    ],
    'a list of no patterns': [
      '{ name: a, match: { pspId: [] }, reply: SUCCESS }',
      '2:32 [] is not a valid pattern list: expected a list of 1 to 10,000 patterns, any of which may match',
    ],
    'a misspelt negation': [
      '{ name: a, match: { pspId: { nto: x } }, reply: SUCCESS }',
      '2:32 "not" is missing in this negated pattern',
      '2:34 unknown key "nto" in a negated pattern (did you mean not?)',
    ],
    'a negation of nothing known': [
      '{ name: a, match: { pspId: { except: x } }, reply: SUCCESS }',
      '2:32 "not" is missing in this negated pattern',
      '2:34 unknown key "except" in a negated pattern (expected not)',
    ],
    'a negation of a negation': [
      '{ name: a, match: { pspId: { not: { not: x } } }, reply: SUCCESS }',
      '2:39 {"not":"x"} does not fit: expected a pattern or a list of patterns',
    ],
    'a regular expression without end': [
      '{ name: a, match: { pspId: /a }, reply: SUCCESS }',
      '2:32 /a starts like a regular expression: end it with / or /i, and in YAML put it in quotes',
    ],
    'an unknown flag': [
      '{ name: a, match: { pspId: /a/g }, reply: SUCCESS }',
      '2:32 the flag "g" is not known: only i is',
    ],
    'every bad regular expression of a list': [
      '{ name: a, match: { pspId: { not: [ "/(/", x, "/(?=a)/" ] } }, reply: SUCCESS }',
      '2:41 /(/ is not a regular expression in RE2 syntax: error parsing regexp: missing closing ): `(`',
      '2:51 /(?=a)/ is not a regular expression in RE2 syntax: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
    'mistakes in the valid parts of a rule that has others': [
      '{ name: a, mtch: {}, match: { pspId: "/(/", x: y }, reply: [ SUCESS, { resultCode: SUCCESS, delay: 2s..1s } ] }',
      '2:16 unknown key "mtch" in a rule (did you mean match?)',
      '2:42 /(/ is not a regular expression in RE2 syntax: error parsing regexp: missing closing ): `(`',
      '2:49 unknown key "x" in a match (expected one of acquirerId, pspId, paymentRequestId, paymentId, clientId)',
      '2:66 "SUCESS" is not a result code (did you mean SUCCESS?)',
      '2:104 the delay 2s..1s ends before it starts',
    ],
  }
  for (const [name, [rule, ...mistakes]] of Object.entries(cases))
    t.test(name, async (t) => t.same(mistakesOf(rule), mistakes))
})

t.test('where nothing can be meant, there is no hint', async (t) => {
  t.equal(didYouMean('word', []), '')
  t.equal(didYouMean('w'.repeat(129), ['word']), ' (expected word)', 'a long word resembles nothing')
})

t.test('mistakes of a whole file', async (t) => {
  const outline: Record<string, [text: string, ...mistakes: string[]]> = {
    'text that is no map': [
      'hello',
      '1:1 "hello" is not a valid scenario file: expected rules: with a list of rules below it; the first one that matches a call answers it',
    ],
    'a list without rules: before it': [
      '- name: a\n  reply: SUCCESS',
      '1:1 [{"name":"a","reply":"SUCCESS"}] is not a valid scenario file: expected rules: with a list of rules below it; the first one that matches a call answers it',
    ],
    null: [
      'null',
      '1:1 nothing stands here: expected rules: with a list of rules below it; the first one that matches a call answers it',
    ],
    'rule: instead of rules:': [
      '# mine\nrule: []',
      '2:1 "rules" is missing in this scenario file',
      '2:1 unknown key "rule" in a scenario file (did you mean rules?)',
    ],
    'rules: without rules': ['rules:', '1:1 nothing stands here: expected a list of rules'],
    'rules as a map': ['rules: { a: b }', '1:8 {"a":"b"} is not a valid list of rules: expected a list of rules'],
    __proto__: [
      '__proto__: 1\nrules: []',
      '1:1 unknown key "__proto__" in a scenario file (expected one of $schema, rules)',
    ],
  }
  for (const [name, [text, ...mistakes]] of Object.entries(outline))
    t.test(name, async (t) => t.same(mistakesIn(text), mistakes))

  t.test('a name that is taken names the place that has it, also where either rule has other mistakes', async (t) => {
    t.same(
      mistakesIn('rules:\n  - { name: a, reply: SUCESS }\n  - { reply: SUCCESS, name: a }\n  - { name: a, reply: [] }'),
      [
        '2:23 "SUCESS" is not a result code (did you mean SUCCESS?)',
        '3:29 the id "a/a" is taken by the rule at a.yaml:2; each name must be unique',
        '4:13 the id "a/a" is taken by the rule at a.yaml:2; each name must be unique',
        '4:23 [] is not a valid step list: expected a list of 1 to 1,000 steps',
      ],
    )
  })

  t.test('an id that another file has is taken too', async (t) => {
    const text = '\nrules: [ { name: n, reply: SUCCESS } ]'
    t.same(
      checkScenarios([
        { path: 'x/a.yaml', text },
        { path: 'y/a.json', text: `{${text.trim().replace(/\w+/g, '"$&"')}}` },
      ]).errors.map(formatFinding),
      ['y/a.json:1:23 the id "a/n" is taken by the rule at x/a.yaml:2; each name must be unique'],
    )
  })

  t.test('JSON numbers where text belongs are mistakes with advice', async (t) => {
    const text =
      '{ "rules": [ { "name": 1, "match": { "acquirerId": 1022188000000000999,\n"pspId": [ 1 ], "clientId": { "not": 2 } }, "reply": 3 } ] }'
    const advice = 'a number can lose digits, so put it in quotes'
    t.same(mistakesIn(text, 'a.json'), [
      `1:24 1 is not a valid name: expected text of 1 to 128 characters, unique in its file; ${advice}`,
      `1:52 1022188000000001000 does not fit: expected a pattern, a list of patterns or { not: pattern }; ${advice}`,
      `2:12 1 is not a valid pattern: expected text, a glob with * and ?, or /a regular expression/; ${advice}`,
      `2:38 2 does not fit: expected a pattern or a list of patterns; ${advice}`,
      '2:54 3 does not fit: expected a result code, a step, or a list of them, one for each attempt; the last one repeats',
    ])
  })

  t.test('keys with slashes and tildes are found again', async (t) => {
    t.same(mistakesOf('{ name: a, "a/b": 1, match: { "~c": 2 }, reply: SUCCESS }'), [
      '2:16 unknown key "a/b" in a rule (expected one of name, match, chance, idempotent, reply, expect)',
      '2:35 unknown key "~c" in a match (expected one of acquirerId, pspId, paymentRequestId, paymentId, clientId)',
    ])
  })

  t.test('all mistakes of all files come at once, in the order of the files and lines', async (t) => {
    const bad = { path: 'scenarios/10-bad.yaml', text: readFileSync('test/fixtures/bad.yaml', 'utf8') }
    const broken = { path: 'scenarios/20-broken.json', text: '{ "rules": [\n  oops\n] }' }
    const valid = { path: 'scenarios/30-sound.yaml', text: 'rules: [ { name: fine, reply: SUCCESS } ]' }
    const { errors, lint, rules } = checkScenarios([bad, broken, valid])
    t.matchSnapshot(errors.map(formatFinding).join('\n'), 'what a user reads')
    t.same(allWarningsIn({ lint }), [])
    t.same(
      rules.map(({ id }) => id),
      ['30-sound/fine'],
    )
  })
})

t.test('warnings', async (t) => {
  const warningsIn = (text: string) => checkText(text).warnings.map(formatFinding)

  t.test('name the place of a rule that can never be reached', async (t) => {
    t.same(warningsIn('rules:\n  - { name: all, reply: SUCCESS }\n  - name: late\n    reply: SUCCESS\n'), [
      'a.yaml:3:5 "a/late" can never be reached: "a/all" takes every call first',
    ])
    t.same(warningsIn('rules:\n  - { name: never, chance: 0, reply: SUCCESS }\n'), [
      'a.yaml:2:28 a rule with chance 0 can never be reached',
    ])
  })

  t.test('name the place of a pattern that needs more characters than an id has', async (t) => {
    const long = 'x'.repeat(65)
    const message = 'this can match nothing: pspId has at most 64 characters'
    const rule = (pattern: string) => `rules:\n  - name: r\n    match:\n      pspId: ${pattern}\n    reply: SUCCESS\n`
    t.same(warningsIn(rule(long)), [`a.yaml:4:14 ${message}`])
    t.same(warningsIn(rule(`"${long}*"`)), [`a.yaml:4:14 ${message}`])
    t.same(warningsIn(rule(`[ a, ${long} ]`)), [`a.yaml:4:19 ${message}`])
    for (const fine of ['😀'.repeat(64), `"${'x'.repeat(64)}*"`, `/${long}/`, `{ not: ${long} }`])
      t.same(warningsIn(rule(fine)), [], fine)
    t.same(warningsIn(`rules:\n  - { name: r, match: { clientId: ${long} }, reply: SUCCESS }\n`), [])
  })

  t.test('name the place of a step that can never show', async (t) => {
    const reply = [
      'UNKNOWN_EXCEPTION',
      'SUCCESS',
      'PROCESS_FAIL',
      '{ fault: no-reply }',
      '{ resultCode: SUCCESS, delay: 1s }',
    ]
    t.same(warningsIn(`rules:\n  - name: r\n    reply:\n${reply.map((step) => `      - ${step}\n`).join('')}`), [
      'a.yaml:6:9 this result can never show: step 2 has given the final SUCCESS by then',
    ])
    t.same(
      warningsIn('rules:\n  - { name: r, reply: [ PROCESS_FAIL, { resultCode: PROCESS_FAIL, resultMessage: x } ] }'),
      ['a.yaml:2:39 this result can never show: step 1 has given the final PROCESS_FAIL by then'],
    )
  })

  t.test('say nothing of steps that do show', async (t) => {
    t.same(warningsIn('rules:\n  - { name: r, idempotent: false, reply: [ SUCCESS, PROCESS_FAIL ] }'), [])
    t.same(
      warningsIn('rules:\n  - { name: r, reply: [ UNKNOWN_EXCEPTION, { fault: empty-reply }, SUCCESS, SUCCESS ] }'),
      [],
    )
  })
})

t.test('the schema', async (t) => {
  const isScenarioFile = new Ajv({ strict: true, strictRequired: false, strictTypes: false }).compile(
    scenarioFileSchema,
  )
  const rule = { name: 'a', reply: 'SUCCESS' }
  const files: [valid: boolean, file: unknown][] = [
    [true, { rules: [] }],
    [true, { $schema: 'x', rules: [rule] }],
    [true, { rules: [{ ...rule, match: {}, chance: 0.5, idempotent: false }] }],
    [true, { rules: [{ ...rule, match: { acquirerId: 'a', pspId: ['a', 'b'], clientId: { not: ['a', 'b*'] } } }] }],
    [
      true,
      {
        rules: [{ ...rule, reply: ['SUCCESS', { resultCode: 'PROCESS_FAIL', resultStatus: 'F', resultMessage: '' }] }],
      },
    ],
    [
      true,
      {
        rules: [
          { ...rule, reply: { fault: 'slow-body', times: 3, delay: '1s..2s', httpStatus: 599, signature: 'missing' } },
        ],
      },
    ],
    [true, { rules: [{ ...rule, reply: { resultCode: 'SUCCESS', delay: { median: '1ms', sigma: 0 } } }] }],
    [false, {}],
    [false, []],
    [false, null],
    [false, { rules: {} }],
    [false, { rules: [null] }],
    [false, { rules: [rule], other: 1 }],
    [false, { rules: [{ name: 'a' }] }],
    [false, { rules: [{ ...rule, name: '' }] }],
    [false, { rules: [{ ...rule, match: { pspId: 1 } }] }],
    [false, { rules: [{ ...rule, match: { pspId: [] } }] }],
    [false, { rules: [{ ...rule, match: { pspId: { not: { not: 'a' } } } }] }],
    [false, { rules: [{ ...rule, match: { pspId: 'a'.repeat(1025) } }] }],
    [false, { rules: [{ ...rule, match: [] }] }],
    [false, { rules: [{ ...rule, chance: -0.1 }] }],
    [false, { rules: [{ ...rule, idempotent: 'false' }] }],
    [false, { rules: [{ ...rule, reply: [] }] }],
    [false, { rules: [{ ...rule, reply: 'success' }] }],
    [false, { rules: [{ ...rule, reply: {} }] }],
    [false, { rules: [{ ...rule, reply: [['SUCCESS']] }] }],
    [false, { rules: [{ ...rule, reply: { resultCode: 'SUCCESS', times: 1.5 } }] }],
    [false, { rules: [{ ...rule, reply: { resultCode: 'SUCCESS', httpStatus: 199 } }] }],
    [false, { rules: [{ ...rule, reply: { resultCode: 'SUCCESS', delay: '1y' } }] }],
    [false, { rules: [{ ...rule, reply: { resultCode: 'SUCCESS', delay: { median: '1s' } } }] }],
  ]
  for (const [isValid, file] of files)
    t.test(`${isValid ? 'takes' : 'refuses'} ${JSON.stringify(file).slice(0, 100)}, as the check does`, async (t) => {
      t.equal(isScenarioFile(file), isValid)
      t.equal(mistakesIn(JSON.stringify(file), 'a.json').length === 0, isValid)
    })

  t.test('has a title or a description for an editor to show, at every key', async (t) => {
    const { properties } = scenarioFileSchema.properties.rules.items
    for (const [key, schema] of Object.entries(properties)) t.ok('description' in schema && schema.description, key)
  })
})

t.test('great numbers', async (t) => {
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => line(index)).join('\n')

  t.test('10,000 rules of any kind become rules', async (t) => {
    for (const match of ['ID-#', '"P#-*"', '[ a#, "b#*" ]', '"*#"']) {
      const text = `rules:\n${lines(10_000, (index) => `  - { name: r${index}, match: { pspId: ${match.replaceAll('#', String(index))} }, reply: SUCCESS }`)}`
      t.equal(checkText(text).rules.length, 10_000, match)
    }
  })

  t.test('of 10,000 bad rules the first 100 mistakes are told, and that there are more', async (t) => {
    const text = `rules:\n${lines(10_000, (index) => `  - { name: r${index}, match: { psp: x }, reply: SUCESS }`)}`
    const mistakes = mistakesIn(text)
    t.equal(mistakes.length, 101)
    t.equal(mistakes.at(-1), '51:44 there are more mistakes; these are the first 100')
    t.equal(mistakesIn(`rules:\n${lines(10_000, () => '  - { name: r, reply: SUCCESS }')}`).length, 101)
  })

  t.test('a file after the first 100 mistakes is not looked into', async (t) => {
    const text = `rules:\n${lines(101, () => '  - { name: r, reply: SUCESS }')}`
    const { errors } = checkScenarios([
      { path: 'a.yaml', text },
      { path: 'b.yaml', text },
    ])
    t.equal(errors.length, 101)
    t.notOk(errors.some(({ file }) => file === 'b.yaml'))
  })

  t.test('of one rule with 10,000 mistakes some are told, and where it is very large the first', async (t) => {
    t.equal(mistakesOf(`name: r\nreply:\n${lines(10_000, () => '  - { resultCode: X, times: 0 }')}`).length, 1)
    t.equal(mistakesOf(`name: r\nreply: SUCCESS\nmatch: { pspId: [ ${lines(10_000, () => '  "/(/",')} ] }`).length, 101)
    t.equal(mistakesOf(`name: r\nreply: SUCCESS\n${lines(1000, (index) => `k${index}: 1`)}`).length, 101)
    t.same(mistakesOf(`name: ${'r'.repeat(100_000)}\nreply: SUCCESS`).length, 1)
  })
})

t.test('a bug is no mistake of the file: it goes on as what it is', async (t) => {
  const file = { path: 'bug.yaml', text: 'rules: []' }
  const bug = new TypeError('checker is not a function')
  const check = () => {
    throw bug
  }
  t.throws(() => checkFile(file, new Set(), check), bug)
  t.throws(() => expectNodeError(bug), bug)
  t.throws(() => expectNodeError('no error at all'), 'no error at all')
})

t.test('JSON that is nested too deeply says so, however deep', async (t) => {
  for (const depth of [101, 100_000]) {
    const text = `{"rules": [{"name": "r", "reply": ${'['.repeat(depth)}${']'.repeat(depth)}}]}`
    t.match(checkScenarios([{ path: 'deep.json', text }]).errors, [{ line: 1, message: /nesting exceeded/ }])
  }
})
