import { PassThrough } from 'node:stream'
import t from 'tap'
import { createDialog, type Dialog } from '../../src/server/workers/dialog.js'
import { readLines } from '../../src/server/workers/log-lines.js'
import { createRestarts } from '../../src/server/workers/restarts.js'

t.test('a worker that ends at once is given ever more time, and then given up', async (t) => {
  const { pauseAfter } = createRestarts()
  t.strictSame([0, 0, 0, 0, 0].map(pauseAfter), [0, 100, 200, 400, undefined])
})

t.test('one that has served for a while starts anew with its next end', async (t) => {
  const { pauseAfter } = createRestarts()
  t.strictSame([0, 0, 0, 60_000, 0, 0].map(pauseAfter), [0, 100, 200, 0, 0, 100])
})

t.test('two sides ask each other, and get what the other answers', async (t) => {
  const dialogs: { one?: Dialog; other?: Dialog } = {}
  const one = createDialog((message) => void dialogs.other?.receive(message), new Map([['name', () => 'one']]))
  const wrong = () => {
    throw new Error('it cannot be told')
  }
  const other = createDialog(
    (message) => void dialogs.one?.receive(message),
    new Map<string, (data: unknown) => unknown>([
      ['twice', (data) => Number(data) * 2],
      ['later', async () => 'late'],
      ['wrong', wrong],
    ]),
  )
  Object.assign(dialogs, { one, other })
  t.strictSame(await Promise.all([one.ask('twice', 1), one.ask('twice', 2), one.ask('later')]), [2, 4, 'late'])
  t.equal(await other.ask('name'), 'one')
  t.equal(await one.ask('wrong'), undefined)
  t.equal(await one.ask('never heard of'), undefined)
  t.equal(await one.ask('twice', 3, 10_000), 6)
})

t.test('an answer that does not come is not waited for, and one that comes too late is let go', async (t) => {
  const sent: { id: number }[] = []
  const { ask, receive } = createDialog((message) => sent.push(message), new Map())
  t.equal(await ask('anybody', undefined, 1), undefined)
  await receive({ id: sent[0]?.id, answer: 'here' })
  for (const foreign of [null, 'text', { cmd: 'NODE_x' }, { id: 1 }]) await receive(foreign)
  t.equal(sent.length, 1)
})

t.test('only a newline ends a line of a log', async (t) => {
  const stream = new PassThrough()
  const lines: string[] = []
  readLines(stream, (line) => lines.push(line))
  const euro = Buffer.from('€')
  stream.write('a')
  stream.write('b\u2028\rc\n\nd')
  stream.write(euro.subarray(0, 1))
  stream.write(euro.subarray(1))
  stream.end('\nno end')
  await new Promise((resolve) => stream.once('end', resolve))
  t.strictSame(lines, ['ab\u2028\rc\n', '\n', 'd€\n'])
})
