import * as fc from 'fast-check'
import t from 'tap'
import { type DocumentError, locateDocument, parseDocument } from '../../src/scenarios/document.js'
import { findJsonMistake } from '../../src/scenarios/json.js'
import { offsetOf, type Path, positionsIn } from '../../src/scenarios/place.js'
import { often } from '../fixtures/often.js'

const numberKeys = new Set(['times'])

function parsed(text: string, json = false): unknown {
  return parseDocument(text, { json, numberKeys })
}

/** `line:column` of what stands at a path. */
function placeOf(text: string, path: Path, key?: string): string {
  const { line, column } = positionsIn(text)(offsetOf(locateDocument(text, { json: false, numberKeys }), path, key))
  return `${line}:${column}`
}

/** `line:column message` of the mistake in a text. */
function mistakeIn(text: string, json = false): string {
  try {
    return `none: ${JSON.stringify(parsed(text, json))}`
  } catch (error) {
    const { offset, message } = error as DocumentError
    const { line, column } = positionsIn(text)(offset)
    return `${line}:${column} ${message}`
  }
}

t.test('YAML values', async (t) => {
  t.test('bare numbers keep their source text', async (t) => {
    const texts = ['1022188000000000999', '0123', '1e3', '0x10', '1.50', '-0', '+1', '.inf', '1_000', '12:30:45']
    t.same(parsed(texts.map((text) => `- ${text}`).join('\n')), texts)
    t.same(parsed(`{ a: [ ${texts.join(', ')} ] }`), { a: texts })
  })

  t.test('below a key for numbers they are numbers, in any decimal form', async (t) => {
    t.same(parsed('times: 3'), { times: 3 })
    t.same(parsed('times: [ -1.5, .5, 5., 1e3, +2, 0x10, 1_000, "3", three ]'), {
      times: [-1.5, 0.5, 5, 1000, 2, '0x10', '1_000', '3', 'three'],
    })
  })

  t.test('true, false and null are what YAML 1.2 says, and only where they are bare', async (t) => {
    t.same(parsed('[ true, True, FALSE, null, Null, ~, "true", \'null\', yes, no, on ]'), [
      ...[true, true, false, null, null, null],
      ...['true', 'null', 'yes', 'no', 'on'],
    ])
    t.same(parsed('a:\nb: ""'), { a: null, b: '' })
  })

  t.test('quoted and block texts are texts', async (t) => {
    t.same(parsed("a: \"x\\ty\"\nb: 'it''s'\nc: |\n  l1\n  l2\nd: >-\n  f1\n  f2\n"), {
      a: 'x\ty',
      b: "it's",
      c: 'l1\nl2\n',
      d: 'f1 f2',
    })
  })

  t.test('anchors and aliases repeat a value', async (t) => {
    t.same(parsed('a: &x { b: 1 }\nc: *x\nd: &y [ *x ]\ne: *y'), {
      a: { b: '1' },
      c: { b: '1' },
      d: [{ b: '1' }],
      e: [{ b: '1' }],
    })
  })

  t.test('__proto__ is a key like any other', async (t) => {
    const value = parsed('__proto__: { polluted: yes }') as object
    t.same(Object.keys(value), ['__proto__'])
    t.equal(Object.getPrototypeOf(value), Object.prototype)
    t.notOk('polluted' in {})
  })

  t.test('one document may have its start and end marked', async (t) => {
    t.same(parsed('%YAML 1.2\n---\na: 1\n...\n'), { a: '1' })
  })
})

t.test('places', async (t) => {
  const text = [
    '# comment',
    'plain: one',
    'quoted: "two"',
    "single: 'three'",
    'block: |',
    '  four',
    'flow: { a: [ 5, "six" ], b: 7 }',
    'list:',
    '  - eight',
    '  -',
    '  - # nothing - but a comment',
    '  - [ nine ]',
    '  - ',
    'empty:',
    'anchored: &x "ten"',
    'alias: *x',
  ].join('\n')

  t.test('are exact for each style of value', async (t) => {
    t.equal(placeOf(text, []), '2:1')
    t.equal(placeOf(text, ['plain']), '2:8')
    t.equal(placeOf(text, ['quoted']), '3:9')
    t.equal(placeOf(text, ['single']), '4:9')
    t.equal(placeOf(text, ['block']), '6:1')
    t.equal(placeOf(text, ['flow']), '7:7')
    t.equal(placeOf(text, ['flow', 'a', 0]), '7:14')
    t.equal(placeOf(text, ['flow', 'a', 1]), '7:17')
    t.equal(placeOf(text, ['flow', 'b']), '7:29')
    t.equal(placeOf(text, ['anchored']), '15:14')
  })

  t.test('of an item that is nothing but a dash is the dash, and of an empty value its key', async (t) => {
    t.equal(placeOf(text, ['list', 0]), '9:5')
    t.equal(placeOf(text, ['list', 1]), '10:3')
    t.equal(placeOf(text, ['list', 2]), '11:3')
    t.equal(placeOf(text, ['list', 3]), '12:5')
    t.equal(placeOf(text, ['list', 4]), '13:3')
    t.equal(placeOf('-\n-\n- - a\n  -\n', [0]), '1:1')
    t.equal(placeOf('-\n-\n- - a\n  -\n', [1]), '2:1')
    t.equal(placeOf('-\n-\n- - a\n  -\n', [2, 1]), '4:3')
    t.equal(placeOf(text, ['empty']), '14:1')
  })

  t.test('of an alias is where its value was written', async (t) => {
    t.equal(placeOf(text, ['alias']), '15:14')
  })

  t.test('of a key is the key itself, and of what is missing the nearest that is there', async (t) => {
    t.equal(placeOf(text, [], 'quoted'), '3:1')
    t.equal(placeOf(text, ['flow'], 'b'), '7:26')
    t.equal(placeOf(text, ['flow'], 'none'), '7:7')
    t.equal(placeOf(text, ['plain'], 'none'), '2:8')
    t.equal(placeOf(text, ['list', 9, 'name']), '9:3')
    t.equal(placeOf(text, ['list', 'name']), '9:3')
    t.equal(placeOf(text, ['plain', 'deeper']), '2:8')
  })

  t.test('count CRLF as one line end, and a tab as one column', async (t) => {
    t.equal(placeOf('a: 1\r\nb:\r\n  - c\r\n', ['b', 0]), '3:5')
    t.equal(placeOf('a:\t\t1', ['a']), '1:5')
  })

  t.test('are right for every offset of any text', async (_t) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\n', '\r\n', '')), fc.nat(), (parts, seed) => {
        const text = parts.join('')
        const offset = seed % (text.length + 1)
        const before = text.slice(0, offset).split('\n')
        const { line, column } = positionsIn(text)(offset)
        return line === before.length && column === (before.at(-1)?.length ?? 0) + 1
      }),
    )
  })
})

t.test('mistakes in YAML', async (t) => {
  const cases: Record<string, [text: string, mistake: string]> = {
    'an empty file': ['', '1:1 the file is empty; an empty list is written as rules: [] or clients: []'],
    'a file of comments': ['# a\n# b\n', '1:1 the file is empty; an empty list is written as rules: [] or clients: []'],
    'a document of nothing': ['---\n', '1:1 the file is empty; an empty list is written as rules: [] or clients: []'],
    'a second document': ['a: 1\n---\nb: 2\n', '3:1 a second YAML document starts here: one file holds one'],
    'a bare pattern that starts with *': [
      'a: { b: *-X }',
      '1:9 *-X is a YAML alias; put a pattern that starts with * in quotes',
    ],
    'a bare *': ['a: *', '1:5 put a pattern that starts with * in quotes'],
    'an alias of what holds it': ['a: &a [ *a ]', '1:9 *a is a YAML alias; put a pattern that starts with * in quotes'],
    'the same key twice': ['a: 1\nb: 2\n"a": 3', '3:1 the key "a" stands here twice'],
    'a key that is a list': ['{ [ a ]: b }', '1:3 a key must be plain text'],
    'a key that is a map': ['? { a: b }\n: c', '1:3 a key must be plain text'],
    'a key that is an alias': ['a: &x b\n*x : c', '2:1 a key must be plain text'],
    'a tag': ['a: !!int 5', '1:4 YAML tags are not supported; quote the value'],
    'a tag on a list': ['a: !x [ b ]', '1:4 YAML tags are not supported; quote the value'],
    'a tab as indentation': ['a:\n\t- b', '2:1 tab characters must not be used in indentation'],
    'a bracket that is not closed': ['a: [ b', '1:7 unexpected end of the stream within a flow collection'],
  }
  for (const [name, [text, mistake]] of Object.entries(cases))
    t.test(`${name} is told`, async (t) => t.equal(mistakeIn(text), mistake))

  t.test('nesting ends after 100 levels, without a crash', async (t) => {
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    t.match(mistakeIn(deep(10_000)), /^1:\d+ nesting exceeded maxDepth \(100\)$/)
    t.match(mistakeIn(deep(90)), /^none: /)
    t.match(mistakeIn(deep(10_000), true), /^1:\d+ nesting exceeded maxDepth \(100\)$/)
  })

  t.test('aliases of aliases of aliases do not fill the memory', async (t) => {
    const lines = ['a0: &a0 [ x, x, x, x, x, x, x, x, x, x ]']
    for (let level = 1; level < 10; level++)
      lines.push(
        `a${level}: &a${level} [ ${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')} ]`,
      )
    t.match(mistakeIn(lines.join('\n')), /the aliases of this file add up to too many values$/)
  })
})

t.test('JSON', async (t) => {
  t.test('values are those of JSON.parse', async (_t) => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom('', '\t', '  '), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        if (value === null) return true
        return JSON.stringify(parsed(text, true)) === JSON.stringify(JSON.parse(text))
      }),
    )
  })

  t.test('what is YAML and not JSON is refused, at its place', async (t) => {
    t.equal(mistakeIn('', true), '1:1 not JSON: a value is expected here')
    t.equal(mistakeIn('{ "a": [ 1, ] }', true), '1:13 not JSON: a value is expected here')
    t.equal(mistakeIn('{ "a": 1, }', true), '1:11 not JSON: a key in double quotes is expected here')
    t.equal(mistakeIn("{ 'a': 1 }", true), '1:3 not JSON: a key in double quotes or } is expected here')
    t.equal(mistakeIn('{\n  // why\n}', true), '2:3 not JSON: a key in double quotes or } is expected here')
    t.equal(mistakeIn('{ "a" 1 }', true), '1:7 not JSON: a colon is expected here')
    t.equal(mistakeIn('[ 1 2 ]', true), '1:5 not JSON: a comma or ] is expected here')
    t.equal(mistakeIn('{ "a": 1 "b": 2 }', true), '1:10 not JSON: a comma or } is expected here')
    t.equal(mistakeIn('[ }', true), '1:3 not JSON: a value or ] is expected here')
    t.equal(mistakeIn('{} {}', true), '1:4 not JSON: the end of the file is expected here')
    t.equal(mistakeIn('[ 01 ]', true), '1:4 not JSON: a comma or ] is expected here')
    t.equal(mistakeIn('{ "a": "b\n" }', true), '1:8 not JSON: a value is expected here')
    t.equal(mistakeIn('a: 1', true), '1:1 not JSON: a value is expected here')
    t.equal(mistakeIn('{ "a": 1, "a": 2 }', true), '1:11 the key "a" stands here twice')
  })

  t.test('is told from what is not JSON just as JSON.parse does', async (_t) => {
    const piece = fc.constantFrom(
      ...'{}[],:"\\ \n\t-+.eE01aun/'.split(''),
      '"a"',
      'null',
      'true',
      '1.5e3',
      '"\\u00e9"',
      '{"a":',
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.tuple(fc.json(), fc.nat(), piece).map(([json, at, put]) => {
        const place = at % (json.length + 1)
        return json.slice(0, place) + put + json.slice(place + (at % 2))
      }),
    )
    fc.assert(
      fc.property(text, (candidate) => (findJsonMistake(candidate) === undefined) === parses(candidate)),
      { numRuns: often(1000, 5000) },
    )
  })
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
