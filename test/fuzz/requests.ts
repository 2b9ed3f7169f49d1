import { once } from 'node:events'
import { connect } from 'node:net'
import * as fc from 'fast-check'
import t from 'tap'
import { cancelPaymentPaths } from '../../src/protocol/cancel-payment.js'
import { resultCodes } from '../../src/protocol/result.js'
import { startControl } from '../fixtures/control.js'
import { fuzz } from '../fixtures/fuzz.js'
import { listen } from '../fixtures/listening-app.js'
import { callOnce } from '../fixtures/wire.js'

const text = fc.string({ unit: 'binary', maxLength: 40 })
const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.~!%/?&=;:,"\\{}[]() \u00e9'), maxLength: 30 })
const id = fc.oneof(
  word,
  text,
  fc.string({ unit: 'grapheme', maxLength: 70 }),
  fc.constant('\ud800'),
  fc.constant(null),
  fc.nat(),
)
const call = fc.oneof(
  fc.record({ acquirerId: id, pspId: id, paymentRequestId: id, paymentId: id }, { requiredKeys: [] }),
  fc.constant({ acquirerId: '1', pspId: '2', paymentRequestId: 'FUZZ' }),
  fc.jsonValue(),
)
const body = fc.oneof(
  call.map((value) => Buffer.from(JSON.stringify(value))),
  fc.tuple(call, fc.nat(50)).map(([value, cut]) => Buffer.from(JSON.stringify(value)).subarray(0, cut)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
)

const method = fc.oneof(
  { weight: 6, arbitrary: fc.constant('POST') },
  fc.constantFrom('GET', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'post', 'FOO', ''),
)
const target = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...cancelPaymentPaths) },
  fc
    .tuple(fc.constantFrom('/ns/', '/n%73/'), word, fc.constantFrom(...cancelPaymentPaths))
    .map((parts) => parts.join('')),
  fc.constantFrom('/__admin/requests', '/docs/x', '/%64ocs/x', '/ui/x', '*', '//', '/%', '/%ff', 'http://a/b', ''),
  word.map((path) => `/${path}`),
)
const header = fc.tuple(
  fc.oneof(
    fc.constantFrom(
      'Client-Id',
      'Request-Time',
      'Signature',
      'Content-Type',
      'Accept',
      'Content-Encoding',
      'Transfer-Encoding',
      'Expect',
      'Agent-Token',
      'X-Sim-Namespace',
      'Origin',
      'Upgrade',
    ),
    word,
  ),
  fc.oneof(
    word,
    fc.constantFrom('application/json', 'text/html', 'gzip', 'chunked', '100-continue', 'algorithm=RSA256,signature=x'),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  ),
)

/** A request as bytes, most of them with a length that is right, some cut off. */
const request = fc
  .record({
    method,
    target,
    headers: fc.array(header, { maxLength: 5 }),
    body,
    length: fc.option(fc.nat(100), { freq: 6 }),
    cut: fc.option(fc.nat(200), { freq: 8 }),
  })
  .map(({ method: verb, target: path, headers, body: content, length, cut }) => {
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const head = `${verb} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines}`
    const bytes = Buffer.concat([
      Buffer.from(`${head}Content-Length: ${length ?? content.length}\r\n\r\n`, 'latin1'),
      content,
    ])
    return cut === null ? bytes : bytes.subarray(0, cut)
  })

/** Sends bytes, and says that no more will come. */
async function exchange(port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let reply = ''
  socket.on('data', (chunk) => {
    reply += chunk.toString('latin1')
  })
  socket.end(bytes)
  await once(socket, 'close').catch(() => {})
  return reply
}

/** Comes before an answer, or before none: who says that no more will come, and is not answered at once, has left. */
const interim = /^HTTP\/1\.1 1\d\d [\s\S]*?\r\n\r\n/
const isAnswer = /^HTTP\/1\.1 (?:[234]\d\d|503) /

t.test('whatever bytes come, the answer is that of the API or of a page, and the next call is served', async (t) => {
  const app = await listen('rules: []')
  t.teardown(() => app.app.close())
  await fuzz(t, request, async (bytes) => {
    const reply = (await exchange(app.port, bytes)).replace(interim, '')
    if (reply !== '' && !isAnswer.test(reply)) throw new Error(reply.slice(0, 300))
    const [, code] = /"resultCode":"([^"]*)"/.exec(reply) ?? []
    if (code !== undefined && !resultCodes.some((known) => known === code)) throw new Error(code)
  })
  t.match(await callOnce(app, 'SUCCESS-1'), { body: '"SUCCESS"' })
})

t.test('whatever JSON the control API is sent, it answers without a fault of its own', async (t) => {
  const { admin } = await startControl(t)
  const key = fc.constantFrom(
    'name',
    'match',
    'reply',
    'expect',
    'chance',
    'rules',
    'paymentRequestId',
    'resultCode',
    'x',
  )
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('SUCCESS', 'a*', '/a+/', '5s', '1..3', '', '\ud800'),
      fc.jsonValue(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  })).value
  const path = fc.constantFrom('/__admin/rules', '/__admin/rules/preview', '/__admin/explain', '/__admin/reset')
  await fuzz(t, fc.tuple(path, value), async ([to, sent]) => {
    const { status, body: answer } = await admin('POST', to, sent)
    if (status >= 500) throw new Error(`${status} ${JSON.stringify(answer)}`)
  })
})
