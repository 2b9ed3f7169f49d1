import { createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { createSignatureCache } from '../../src/http/payments/signature-cache.js'
import { checkClients } from '../../src/scenarios/clients.js'
import { publicPem } from '../fixtures/key-pairs.js'
import {
  alipayplus,
  bodyOf,
  clientId,
  clientsOf,
  newerAlipayplus,
  path,
  signatureHeader,
  signedApp,
  signedCall,
  simulatorPair,
  time,
} from '../fixtures/signed-app.js'

type Reply = Awaited<ReturnType<Awaited<ReturnType<typeof signedApp>>['app']['inject']>>

const codeOf = (reply: Reply): string => reply.json().result.resultCode
const reasonOf = (reply: Reply): string => String(reply.headers['x-sim-reason'])

/** Whether a reply is signed, judged by nothing but node:crypto. */
function isSigned(reply: Reply, { target = path, caller = clientId, key = simulatorPair.publicKey } = {}): boolean {
  const [, value] = /^algorithm=RSA256,keyVersion=1,signature=([^=]+)$/.exec(String(reply.headers.signature)) ?? []
  const content = `POST ${target}\n${caller}.${reply.headers['response-time']}.${reply.body}`
  return (
    value !== undefined && verify('sha256', Buffer.from(content), key, Buffer.from(decodeURIComponent(value), 'base64'))
  )
}

t.test('a signed call is answered, and the answer is signed', async (t) => {
  const { app } = await signedApp({ clients: clientsOf })
  for (const target of [
    path,
    `${path}?a=1&b=%2F`,
    '/v1/payments/cancelPayment',
    '/ns/pr-42/v1/payments/cancelPayment',
  ]) {
    const reply = await app.inject(signedCall('A', { target }))
    t.equal(codeOf(reply), 'SUCCESS', target)
    t.ok(isSigned(reply, { target }))
    t.equal(reply.headers['response-time'], '2026-01-31T04:00:01+00:00')
  }
})

t.test('F and U are signed like S, and so are refusals', async (t) => {
  const rules =
    'rules: [{ name: a, match: { paymentRequestId: F }, reply: PROCESS_FAIL }, { name: b, match: { paymentRequestId: U }, reply: UNKNOWN_EXCEPTION }]'
  const { app } = await signedApp({ clients: clientsOf, rules })
  for (const [id, code] of [
    ['F', 'PROCESS_FAIL'],
    ['U', 'UNKNOWN_EXCEPTION'],
  ] as const) {
    const reply = await app.inject(signedCall(id))
    t.equal(codeOf(reply), code)
    t.ok(isSigned(reply))
  }
  const refusal = await app.inject({ ...signedCall('A'), body: bodyOf('B') })
  t.equal(codeOf(refusal), 'INVALID_SIGNATURE')
  t.ok(isSigned(refusal))
  const missing = await app.inject({ ...signedCall('A'), url: '/nowhere' })
  t.equal(codeOf(missing), 'NO_INTERFACE_DEF')
  t.ok(isSigned(missing, { target: '/nowhere' }))
})

t.test('the checks stand in the order of the contract', async (t) => {
  const { app } = await signedApp({ clients: () => clientsOf(', acquirerIds: ["10*"], pspIds: "1022172*"') })
  const steps: [change: (call: ReturnType<typeof signedCall>) => unknown, code: string, reason: string][] = [
    [
      ({ headers }) => {
        headers['content-type'] = 'text/plain'
      },
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      'text/plain',
    ],
    [
      ({ headers }) => {
        delete headers['client-id']
      },
      'INVALID_CLIENT',
      'the Client-Id header is missing',
    ],
    [
      ({ headers }) => {
        headers['client-id'] = 'SANDBOX_5YC47N2ZQHJ004125'
      },
      'INVALID_CLIENT',
      `no client SANDBOX_5YC47N2ZQHJ004125 is registered (did you mean ${clientId}?)`,
    ],
    [
      ({ headers }) => {
        delete headers['request-time']
      },
      'PARAM_ILLEGAL',
      'the Request-Time header is missing',
    ],
    [
      ({ headers }) => {
        headers.signature = 'keyVersion=3'
      },
      'KEY_NOT_FOUND',
      `keyVersion 3 is not registered for ${clientId}; known: 1, 2`,
    ],
    [
      ({ headers }) => {
        headers.signature = 'algorithm=RSA256'
      },
      'INVALID_SIGNATURE',
      'the Signature header has no signature=...',
    ],
    [
      ({ headers }) => {
        delete headers.signature
      },
      'INVALID_SIGNATURE',
      'the Signature header is missing',
    ],
    [
      (call) => {
        call.body = '{'
      },
      'PARAM_ILLEGAL',
      'not JSON',
    ],
    [
      (call) => {
        call.body = '{"acquirerId":"2"}'
      },
      'PARAM_ILLEGAL',
      'pspId is missing',
    ],
    [
      (call) => {
        call.body = call.body.replace('1022188', '2')
      },
      'ACCESS_DENIED',
      `${clientId} may not use the acquirerId 2000000000001`,
    ],
    [
      (call) => {
        call.body = call.body.replace('1022172', '2')
      },
      'ACCESS_DENIED',
      `${clientId} may not use the pspId 2000000000001`,
    ],
  ]
  for (const [index, [change, code, reason]] of steps.entries()) {
    const call = signedCall('A')
    const later = steps.slice(index + 1).toReversed()
    if (index < 7) for (const [corrupt] of later) corrupt(call)
    change(call)
    if (index >= 7) call.headers.signature = signatureHeader(`POST ${path}\n${clientId}.${time}.${call.body}`)
    const reply = await app.inject(call)
    t.equal(codeOf(reply), code)
    t.match(reasonOf(reply), reason)
  }
  t.equal(codeOf(await app.inject(signedCall('A'))), 'SUCCESS')
})

t.test('each key version of a client verifies, and none named means the newest', async (t) => {
  const { app } = await signedApp({ clients: clientsOf })
  t.equal(codeOf(await app.inject(signedCall('A', { pair: newerAlipayplus, keyVersion: 2 }))), 'SUCCESS')
  const unnamed = signedCall('A', { pair: newerAlipayplus })
  unnamed.headers.signature = unnamed.headers.signature?.replace('keyVersion=1,', '') ?? ''
  t.equal(codeOf(await app.inject(unnamed)), 'SUCCESS')
  const older = await app.inject(signedCall('A', { pair: newerAlipayplus, keyVersion: 1 }))
  t.match(reasonOf(older), `the signature was made with key 2 of ${clientId}; content to sign: POST`)
  const own = await app.inject(signedCall('A', { pair: simulatorPair }))
  t.match(reasonOf(own), "the signature was made with the simulator's own key")
})

t.test('an empty body has a signature too', async (t) => {
  const { app } = await signedApp({ clients: clientsOf, ownKey: undefined })
  const { headers, method, url } = signedCall('A')
  delete headers['content-type']
  headers.signature = signatureHeader(`POST ${path}\n${clientId}.${time}.`)
  const reply = await app.inject({ method, url, headers })
  t.equal(codeOf(reply), 'PARAM_ILLEGAL')
  t.equal(reasonOf(reply), 'the body is empty')
  headers.signature = signatureHeader('something else')
  t.equal(codeOf(await app.inject({ method, url, headers })), 'INVALID_SIGNATURE')
})

t.test('the log says why a signature failed, without the signature', async (t) => {
  const { app, lines } = await signedApp({ clients: clientsOf })
  const call = signedCall('A')
  await app.inject({ ...call, body: bodyOf('B') })
  t.match(lines.join(''), 'no known mistake explains it')
  t.match(lines.join(''), 'content to sign: POST')
  t.notMatch(lines.join(''), call.headers.signature?.split('signature=')[1])
})

t.test('without a clients file nobody is checked, and signed calls get signed replies', async (t) => {
  const { app } = await signedApp()
  const call = signedCall('A')
  call.headers.signature = 'whatever'
  const reply = await app.inject(call)
  t.equal(codeOf(reply), 'SUCCESS')
  t.ok(isSigned(reply))
  delete call.headers.signature
  t.notOk((await app.inject(call)).headers.signature, 'an unsigned call gets an unsigned reply')
})

t.test('--sign always and never do so', async (t) => {
  const always = await signedApp({ sign: 'always' })
  const reply = await always.app.inject({ method: 'POST', url: path, body: bodyOf('A') })
  t.ok(isSigned(reply, { caller: '' }), 'without a Client-Id its place is empty')
  const never = await signedApp({ sign: 'never', clients: clientsOf })
  const unsigned = await never.app.inject(signedCall('A'))
  t.equal(codeOf(unsigned), 'SUCCESS')
  t.notOk(unsigned.headers.signature)
})

t.test('a step can corrupt the signature of its reply, or leave it out', async (t) => {
  const rules =
    'rules: [{ name: a, reply: [{ resultCode: SUCCESS, signature: invalid }, { resultCode: SUCCESS, signature: missing }, SUCCESS] }]'
  const { app } = await signedApp({ clients: clientsOf, rules })
  const invalid = await app.inject(signedCall('A'))
  t.match(invalid.headers.signature, /^algorithm=RSA256,keyVersion=1,signature=[A-Za-z0-9%]+$/)
  t.notOk(isSigned(invalid))
  t.notOk((await app.inject(signedCall('A'))).headers.signature)
  t.ok(isSigned(await app.inject(signedCall('A'))))
})

t.test('the public key is handed out as PEM and as one line', async (t) => {
  const { app } = await signedApp()
  const pem = await app.inject('/__admin/public-key')
  t.equal(pem.headers['content-type'], 'text/plain; charset=utf-8')
  t.ok(createPublicKey(pem.body).equals(simulatorPair.publicKey))
  const line = await app.inject('/__admin/public-key?format=base64')
  t.match(line.body, /^MII[A-Za-z0-9+/=]+\n$/)
  const key = Buffer.from(line.body, 'base64')
  t.ok(createPublicKey({ key, format: 'der', type: 'spki' }).equals(simulatorPair.publicKey))
  const wrong = await app.inject('/__admin/public-key?format=xml')
  t.equal(wrong.statusCode, 400)
  t.equal(wrong.json().status, 400)
})

t.test('without a key of its own the simulator makes one, once', async (t) => {
  const { app } = await signedApp({ ownKey: undefined })
  const [pem, again, reply] = await Promise.all([
    app.inject('/__admin/public-key'),
    app.inject('/__admin/public-key'),
    app.inject(signedCall('A', { pair: alipayplus })),
  ])
  t.equal(pem.body, again.body)
  t.ok(isSigned(reply, { key: createPublicKey(pem.body) }))
})

t.test('replies name the key as they are told to', async (t) => {
  const { app } = await signedApp({ keyVersion: 7 })
  t.match((await app.inject(signedCall('A'))).headers.signature, /^algorithm=RSA256,keyVersion=7,signature=/)
})

t.test('a signature that could not be made is tried again', async (t) => {
  let failures = 1
  const cached = createSignatureCache(async (content: string) => {
    if (failures-- > 0) throw new Error('no key')
    return content
  })
  await t.rejects(cached('a', 'a'), { message: 'no key' })
  t.equal(await cached('a', 'a'), 'a')
})

t.test('the same reply is signed once, also while it is being signed, and old signatures go', async (t) => {
  const made: string[] = []
  const cached = createSignatureCache(async (content: string) => made.push(content))
  const signatureOf = (content: string) => cached(content, content)
  t.same(await Promise.all([signatureOf('a'), signatureOf('a'), signatureOf('b')]), [1, 1, 2])
  for (let n = 0; n < 512; n++) await signatureOf(String(n))
  await signatureOf('511')
  t.equal(made.length, 514)
  await signatureOf('a')
  t.equal(made.length, 515)
})

t.test('a Client-Id beyond ASCII is read, echoed and signed as the UTF-8 that it is', async (t) => {
  const name = 'Zahlung-ü-支付'
  const onWire = Buffer.from(name).toString('latin1')
  const key = JSON.stringify(publicPem(alipayplus))
  const { clients } = checkClients({
    files: [{ path: 'clients.yaml', text: `clients: [{ clientId: "${name}", publicKeys: { 1: ${key} } }]` }],
    errors: [],
  })
  const rules = `rules: [{ name: slow, match: { paymentRequestId: S, clientId: "${name}" }, reply: { resultCode: SUCCESS, fault: slow-body, delay: 1ms } }]`
  const { app, lines } = await signedApp({ clients: () => clients, rules })
  t.teardown(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  for (const id of ['A', 'S']) {
    const body = bodyOf(id)
    const content = Buffer.from(`POST ${path}\n${name}.${time}.${body}`)
    const sent = request(url + path, {
      method: 'POST',
      headers: { 'client-id': onWire, 'request-time': time, signature: signatureHeader(content) },
      // Together with text, Node would encode the bytes of the headers once more.
    }).end(Buffer.from(body))
    const [reply] = (await once(sent, 'response')) as [IncomingMessage]
    t.equal(reply.headers['client-id'], onWire, 'byte for byte')
    t.match(JSON.parse((await buffer(reply)).toString()), { result: { resultCode: 'SUCCESS' } })
    t.equal(reply.headers['x-sim-rule'], id === 'S' ? 'test/slow' : undefined, 'a pattern can name it')
    t.match(JSON.parse(lines.at(-1) ?? ''), { clientId: name })
  }
  const invalid = await app.inject({ ...signedCall('A'), headers: { 'client-id': 'Z\u00fc' } })
  t.equal(codeOf(invalid), 'INVALID_CLIENT', 'which is no UTF-8')
})
