import t from 'tap'
import { readExpectation } from '../../src/scenarios/expectation.js'
import { formatFinding } from '../../src/scenarios/finding.js'
import { checkText, compileRules, mistakesIn } from '../fixtures/rules.js'

const ruleWith = (expect: string, reply = 'SUCCESS') => `rules:
  - name: r
    expect: ${expect}
    reply: ${reply}
`

t.test('an expectation takes numbers and ranges as they are written, in YAML, JSON and code', async (t) => {
  const { rules, errors, warnings } = checkText(
    ruleWith('{ attempts: 2..5, last: SUCCESS, spacing: 1s..30s, within: 60s, backoff: true }'),
  )
  t.same([...errors, ...warnings], [])
  const [rule] = rules
  t.same(rule?.definition.expect && readExpectation(rule.definition.expect), {
    attempts: { from: 2, to: 5 },
    last: 'SUCCESS',
    spacing: { from: 1000, to: 30_000 },
    backoff: true,
    within: 60_000,
  })
  const open = Number.POSITIVE_INFINITY
  t.match(readExpectation({ attempts: 3 }), { attempts: { from: 3, to: 3 }, spacing: undefined, backoff: false })
  t.match(readExpectation({ attempts: '3' }), { attempts: { from: 3, to: 3 } })
  t.match(readExpectation({ attempts: '3..' }), { attempts: { from: 3, to: open } })
  t.match(readExpectation({ spacing: '1s' }), { spacing: { from: 1000, to: open } }, 'a single time is the least')
  t.match(readExpectation({ spacing: '1s..' }), { spacing: { from: 1000, to: open } })
  t.equal(compileRules([{ name: 'r', reply: 'SUCCESS', expect: { attempts: 1 } }]).length, 1)
  t.same(checkText(ruleWith('{ attempts: 2 }')).errors, [])
})

t.test('mistakes in an expectation have their place, and say what is meant', async (t) => {
  const mistakes: [expect: string, told: string[]][] = [
    ['{ atempts: 2 }', ['3:15 unknown key "atempts" in a set of expectations (did you mean attempts?)']],
    ['{ attempts: 5..2 }', ['3:25 the range 5..2 ends before it starts']],
    ['{ spacing: 30s..1s }', ['3:24 the range 30s..1s ends before it starts']],
    ['{ last: success }', ['3:21 "success" is not a result code (did you mean SUCCESS?)']],
    [
      '{ attempts: 2.5 }',
      ['3:25 "2.5" is not a valid number of attempts: expected a whole number from 1, or a range like 2.. or 2..5'],
    ],
    [
      '{ attempts: 0 }',
      ['3:25 "0" is not a valid number of attempts: expected a whole number from 1, or a range like 2.. or 2..5'],
    ],
    [
      '{ spacing: 30 }',
      [
        '3:24 "30" is not a valid spacing: expected a time like 1s or 1s.., which is the least, or a range like 1s..30s',
      ],
    ],
    [
      '{ within: soon }',
      ['3:23 "soon" is not a valid duration: expected a time like 60s, from the first attempt to the last'],
    ],
    [
      '{}',
      [
        '3:13 {} is not a valid set of expectations: expected what a correct caller does, such as { attempts: 2..5, last: SUCCESS }',
      ],
    ],
  ]
  for (const [expect, told] of mistakes) t.same(mistakesIn(ruleWith(expect)), told, expect)
  t.same(
    mistakesIn('{"rules":[{"name":"r","reply":"SUCCESS","expect":{"attempts":2.5}}]}', 'a.json').map((each) =>
      each.replace(/: expected.*/, ''),
    ),
    ['1:62 2.5 does not fit'],
  )
  t.same(
    mistakesIn('rules: [{ name: r, reply: SUCESS, expect: { attempts: 3..1 } }]').map((each) => each.split(' ', 1)[0]),
    ['1:27', '1:55'],
    'a mistake elsewhere hides none',
  )
})

function warningsOf(expect: string, reply?: string): string[] {
  return checkText(ruleWith(expect, reply)).warnings.map((each) => formatFinding(each).slice('a.yaml:'.length))
}

t.test('an expectation that no caller can meet is a warning', async (t) => {
  t.same(warningsOf('{ last: SUCCESS }', '[UNKNOWN_EXCEPTION, PROCESS_FAIL]'), [
    '3:21 this can never be met: no step delivers SUCCESS intact',
  ])
  for (const lost of ['fault: connection-reset', 'httpStatus: 500', 'fault: malformed-json'])
    t.match(
      warningsOf('{ last: SUCCESS }', `{ resultCode: SUCCESS, ${lost} }`),
      [/no step delivers SUCCESS intact/],
      lost,
    )
  t.match(
    warningsOf('{ last: SUCCESS }', '[PROCESS_FAIL, SUCCESS]'),
    [/this result can never show/, /can never be met/],
    'a final result stays',
  )
  const late = '[{ resultCode: UNKNOWN_EXCEPTION, times: 3 }, SUCCESS]'
  t.same(warningsOf('{ attempts: 2..3, last: SUCCESS }', late), [
    '3:25 with last: SUCCESS this can never be met: SUCCESS is delivered from attempt 4 on, not within 2..3',
  ])
  t.same(warningsOf('{ attempts: 2, backoff: true }', 'UNKNOWN_EXCEPTION'), [
    '3:37 this can never be met: only from three attempts on can pauses grow',
  ])
  t.same(warningsOf('{ attempts: 4.., spacing: 10s, within: 20s }', 'UNKNOWN_EXCEPTION'), [
    '3:52 this can never be met: 4 attempts with spacing 10s take longer',
  ])
})

t.test('an expectation that some caller can meet is none', async (t) => {
  const late = '[{ resultCode: UNKNOWN_EXCEPTION, times: 3 }, SUCCESS]'
  t.same(warningsOf('{ attempts: 4, last: SUCCESS }', late), [])
  t.same(warningsOf('{ last: SUCCESS }', late), [])
  t.same(
    warningsOf('{ last: SUCCESS }', '[{ resultCode: SUCCESS, fault: empty-reply }, UNKNOWN_EXCEPTION]').slice(1),
    [],
  )
  t.same(
    warningsOf(
      '{ last: SUCCESS }',
      '[{ resultCode: SUCCESS, fault: empty-reply }, { httpStatus: 200, fault: slow-body }]',
    ),
    [],
  )
  t.same(
    warningsOf('{ last: SUCCESS }', '{ resultCode: SUCCESS, signature: invalid }'),
    [],
    'who does not sign takes it',
  )
  t.same(warningsOf('{ attempts: 3.., spacing: 10s, within: 20s, backoff: true }', 'UNKNOWN_EXCEPTION'), [])
  t.same(warningsOf('{ backoff: true }', 'UNKNOWN_EXCEPTION'), [])
})
