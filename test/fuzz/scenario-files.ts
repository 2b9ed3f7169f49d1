import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { dump } from 'js-yaml'
import t from 'tap'
import { fuzz } from '../fixtures/fuzz.js'
import { checkText } from '../fixtures/rules.js'

const words = fc.constantFrom('SUCCESS', 'SUCESS', 'a*', '/a+/', '/(/', '5s', '1..3', 'no-reply', '', '~', '\ud800')
const keys = fc.constantFrom(
  'name',
  'match',
  'reply',
  'expect',
  'chance',
  'resultCode',
  'fault',
  'delay',
  'times',
  'not',
  'x',
)
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    words,
    fc.double({ noNaN: true }),
    fc.constantFrom(null, true, -1, 0, 1),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
  ),
})).value
const rule = fc.record(
  { name: fc.oneof(words, value), match: value, reply: value, expect: value, chance: value, idempotent: value },
  { requiredKeys: ['name', 'reply'] },
)
const generated = fc.record({ rules: fc.oneof(fc.array(rule, { maxLength: 4 }), value) }, { requiredKeys: [] })

/** Shipped files in which a few characters are others. */
const shipped = ['10-result-codes', '20-unhappy-paths'].map((name) => readFileSync(`scenarios/${name}.yaml`, 'utf8'))
const marks = fc.constantFrom(
  ...':-[]{},&*!|>\'"%@`#?\t\n \u0000\ufeff\u2028é',
  '<<: ',
  '- - ',
  '? ',
  '--- ',
  '%YAML 9\n',
)
const mutated = fc
  .tuple(
    fc.constantFrom(...shipped),
    fc.array(fc.tuple(fc.nat(3000), fc.nat(4), marks), { minLength: 1, maxLength: 4 }),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [at, length, put]) => changed.slice(0, at) + put + changed.slice(at + length), text),
  )

function check(text: string, name: string): void {
  const { errors, warnings } = checkText(text, name)
  const lines = text.split(/\r\n|[\n\r]/).length
  for (const { line, column, message } of [...errors, ...warnings])
    if (!(line >= 1 && line <= lines && column >= 1 && message !== '')) throw new Error(`${line}:${column} ${message}`)
}

t.test('any JSON is checked, and mistakes have places that are there', async (t) => {
  await fuzz(t, generated, (file) => check(JSON.stringify(file, null, 1), 'any.json'))
})

t.test('any YAML is checked, and mistakes have places that are there', async (t) => {
  await fuzz(t, generated, (file) => check(dump(file), 'any.yaml'))
})

t.test('shipped files with a few wrong characters are checked, and mistakes have places that are there', async (t) => {
  await fuzz(t, mutated, (text) => check(text, 'shipped.yaml'))
})
