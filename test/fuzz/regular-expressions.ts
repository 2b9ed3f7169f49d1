import * as fc from 'fast-check'
import { RE2JS } from 're2js'
import t from 'tap'
import { compilePattern, countInstructions, matchesPattern } from '../../src/scenarios/pattern.js'
import { maxRegexSize, regexSize } from '../../src/scenarios/regex-size.js'
import { fuzz } from '../fixtures/fuzz.js'

const atom = fc.constantFrom(
  'a',
  'B',
  '.',
  '\\d',
  '\\pL',
  '\\p{Greek}',
  '[a-z]',
  '[^]x]',
  '[[:alpha:]_]',
  '\\x{61}',
  '\\Qa*b\\E',
  '^',
  '$',
  '\\b',
  'é',
)
const quantifier = fc.oneof(
  fc.constantFrom('', '', '', '*', '+', '?', '*?', '+?', '??'),
  fc.tuple(fc.nat(6), fc.nat(6)).map(([a, b]) => `{${Math.min(a, b)},${Math.max(a, b)}}`),
  fc.nat(6).map((n) => `{${n},}`),
  fc.nat(6).map((n) => `{${n}}`),
)

const { regex } = fc.letrec<{ regex: string; piece: string; group: string }>((tie) => ({
  regex: fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
  piece: fc.tuple(fc.oneof({ depthSize: 'small' }, atom, tie('group')), quantifier).map((parts) => parts.join('')),
  group: fc
    .tuple(fc.constantFrom('(', '(?:', '(?i:', '(?P<n>'), fc.array(tie('regex'), { minLength: 1, maxLength: 3 }))
    .map(([open, branches]) => `${open}${branches.join('|')})`),
}))

/** Of a program without instructions of its own: match, fail and the like. */
const frame = 4

t.test('no regular expression compiles to more than was told before', async (t) => {
  await fuzz(t, regex, (source) => {
    let program: RE2JS
    try {
      program = RE2JS.compile(source)
    } catch {
      return
    }
    const told = regexSize(source) + frame
    if (program.programSize() > told) throw new Error(`${source}: ${program.programSize()}, ${told} were told`)
  })
})

t.test('whatever stands between slashes is refused with words, or matches any value in the end', async (t) => {
  const text = fc.oneof(regex, fc.string({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 40 }))
  await fuzz(t, fc.tuple(text, fc.string({ maxLength: 64 })), ([source, value]) => {
    const reports: string[] = []
    const pattern = compilePattern(`/${source}/`, (message) => reports.push(message))
    if (reports.length === 0) matchesPattern(pattern, value)
    if (countInstructions(pattern) > maxRegexSize) throw new Error('too large, and yet taken')
  })
})
