import * as fc from 'fast-check'
import t from 'tap'
import { DocumentError } from '../../src/scenarios/document.js'
import { parseSource } from '../../src/scenarios/source.js'

const parseJson = (text: string) => parseSource({ path: 'a.json', text }, new Set())

t.test('JSON is read as JSON.parse reads it, and its places are known', async (_t) => {
  const text = fc.json({ noUnicodeString: false }).map((json) => `{\n"a:\\":": ${json} }`)
  fc.assert(
    fc.property(text, (text) => {
      const { value, positionOf } = parseJson(text)
      const { line, column } = positionOf(['a:":'])
      return JSON.stringify(value) === JSON.stringify(JSON.parse(text)) && line === 2 && column === 10
    }),
  )
})

t.test('a key that stands twice is a mistake at any depth, however its quotes and colons are set', async (t) => {
  for (const text of ['{"a":1,"a":2}', '[{"b":{"a" : ":", "a"\n:":\\":"}}]'])
    t.throws(() => parseJson(text), DocumentError, text)
})

t.test('what is not JSON is a mistake with its place', async (t) => {
  t.throws(() => parseJson('{"a": 1,}'), { name: 'DocumentError', offset: 8 })
  t.throws(() => parseJson(''), { name: 'DocumentError', offset: 0 })
})
