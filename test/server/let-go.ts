import { pino } from 'pino'
import t from 'tap'
import { createLetGo } from '../../src/server/let-go.js'
import { preload } from '../../src/server/preload.js'

t.test('what is let go is counted, and logged once a minute', async (t) => {
  const lines: Record<string, unknown>[] = []
  let now = 0
  const { tell, notes } = createLetGo(pino({}, { write: (line) => void lines.push(JSON.parse(line)) }), () => now)
  t.same(notes(), [])
  for (let n = 0; n < 5; n++) tell('namespace')
  tell('paymentRequestId')
  t.match(lines, [
    { level: 40, what: 'namespace', soFar: 1 },
    { level: 40, what: 'paymentRequestId', soFar: 1 },
  ])
  now = 60_000
  tell('namespace')
  t.match(lines[2], { what: 'namespace', soFar: 6 })
  t.same(notes(), ['namespaces let go, as the store is full: 6', 'paymentRequestIds let go, as the store is full: 1'])
})

t.test('what is loaded on demand can be loaded before', async (t) => {
  t.doesNotThrow(preload)
})
