import t from 'tap'
import { prettyLine } from '../../src/server/pretty-line.js'
import { visibleLines, visibleText } from '../../src/server/visible-text.js'

t.test('letters and printable ASCII are shown as they are', async (t) => {
  for (const text of ['', ' ~', 'Zürich', '支付宝', 'пример']) t.equal(visibleText(text), text)
})

t.test('what a terminal would obey is written out', async (t) => {
  const hostile = [
    '\u001b',
    '\u0007',
    '\u007f',
    '\u009b',
    '\u202e',
    '\u2066',
    '\u2028',
    '\u2029',
    '\u200b',
    '\ufeff',
    '\ud800',
  ]
  for (const character of hostile)
    t.equal(visibleText(`a${character}b`), `a\\u{${character.charCodeAt(0).toString(16)}}b`)
  t.equal(visibleText('\u{1f600}'), '\\u{1f600}')
  t.equal(visibleLines('a\n\rb'), 'a\n\\u{d}b')
})

t.test('no line of the pretty log has more than it should, whatever its fields say', async (t) => {
  const bad = '\u009b31m\u202e\u2028'
  const time = '2026-01-31T12:00:00.000Z'
  const call = {
    resultStatus: 'S',
    resultCode: 'SUCCESS',
    paymentRequestId: bad,
    rule: bad,
    reason: bad,
    httpStatus: 200,
    delayMs: 0,
  }
  for (const fields of [call, { msg: bad, field: bad, err: { message: bad, stack: `${bad}\n${bad}` } }]) {
    const line = prettyLine(JSON.stringify({ level: 'info', time, ...fields }), { coloured: false })
    t.match(line, /^[\x20-\x7e\n]+$/)
  }
})
