import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { diagnoseSignature, type FailedSignature } from '../../src/protocol/diagnosis.js'
import {
  contentToSign,
  decodeSignature,
  formatSignatureHeader,
  parseSignatureHeader,
  type SignedMessage,
  signContent,
  verifyContent,
  verifyHeader,
} from '../../src/protocol/signature.js'
import { makeKeyPair, openssl, privatePem, publicPem } from '../fixtures/key-pairs.js'
import { often } from '../fixtures/often.js'
import { skipWithout } from '../fixtures/programs.js'

const pair = makeKeyPair()
const { publicKey, privateKey } = pair
const other = makeKeyPair()

const compact = '{"acquirerId":"1022188000000000001","pspId":"1022172000000000001","paymentRequestId":"2020"}'
const message: SignedMessage = {
  path: '/aps/api/v1/payments/cancelPayment',
  clientId: 'SANDBOX_5YC47N2ZQHJ004124',
  time: '2026-01-31T12:00:00+08:00',
  body: Buffer.from(compact),
}
const content = contentToSign(message)

/** A message whose signature, and so whose base64, has every character that needs care. */
async function awkwardSignature(): Promise<{ awkward: SignedMessage; base64: string }> {
  for (let n = 0; ; n++) {
    const awkward = { ...message, time: String(n) }
    const base64 = (await signContent(contentToSign(awkward), privateKey)).toString('base64')
    if (base64.includes('+') && base64.includes('/')) return { awkward, base64 }
  }
}

t.test('the content is method, path, client, time and body, with nothing behind it', async (t) => {
  t.equal(
    content.toString(),
    `POST /aps/api/v1/payments/cancelPayment\nSANDBOX_5YC47N2ZQHJ004124.2026-01-31T12:00:00+08:00.${compact}`,
  )
  const bytes = contentToSign({ path: '/\xe9', clientId: '\xff', time: 't', body: Buffer.from([0xff, 0]) })
  t.same(bytes, Buffer.from('POST /\xe9\n\xff.t.\xff\0', 'latin1'), 'bytes stay as they are')
})

t.test(
  'openssl verifies what is signed here, and signs what is verified here',
  { skip: skipWithout('openssl') },
  async (t) => {
    const dir = t.testdir({ 'private.pem': privatePem(pair), 'public.pem': publicPem(pair) })
    const files = { content: join(dir, 'content'), signature: join(dir, 'signature') }
    for (const body of [compact, '', '{"ä":"€😀"}\n', '\0\xff']) {
      const bytes = contentToSign({ ...message, body: Buffer.from(body) })
      const signature = await signContent(bytes, privateKey)
      writeFileSync(files.content, bytes)
      writeFileSync(files.signature, signature)
      const verified = openssl([
        ...['dgst', '-sha256', '-verify', join(dir, 'public.pem')],
        ...['-signature', files.signature, files.content],
      ])
      t.equal(verified.toString().trim(), 'Verified OK')
      const signed = openssl(['dgst', '-sha256', '-sign', join(dir, 'private.pem')], bytes)
      t.ok(verifyContent(bytes, publicKey, signed))
      t.same(signed, signature, 'PKCS#1 v1.5 is deterministic')
    }
  },
)

t.test('the emitted header has exactly the form that the SDKs take apart', async (t) => {
  const header = formatSignatureHeader(await signContent(content, privateKey), 3)
  t.match(header, /^algorithm=RSA256,keyVersion=3,signature=(?:[A-Za-z0-9]|%2B|%2F|%3D)+$/)
  t.equal(header.split(',')[2]?.split('=').length, 2)
})

t.test('every accepted form of the header is valid', async (t) => {
  const { awkward, base64 } = await awkwardSignature()
  const encoded = encodeURIComponent(base64)
  const forms: Record<string, string> = {
    'as emitted': `algorithm=RSA256,keyVersion=1,signature=${encoded}`,
    'spaces after commas': `algorithm=RSA256, keyVersion=1, signature=${encoded}`,
    'spaces everywhere': ` algorithm = RSA256 , keyVersion = 1 ,\tsignature = ${encoded} `,
    'another order': `signature=${encoded},keyVersion=1,algorithm=RSA256`,
    'unknown keys': `algorithm=RSA256,keyVersion=1,nonce=a=b,signature=${encoded}`,
    'algorithm in small letters': `algorithm=rsa256,keyVersion=1,signature=${encoded}`,
    'names in other letters': `Algorithm=Rsa256,KEYVERSION=1,Signature=${encoded}`,
    'no keyVersion': `algorithm=RSA256,signature=${encoded}`,
    'percent-encoding in small letters': `algorithm=RSA256,signature=${encoded.replaceAll(/%../g, (code) => code.toLowerCase())}`,
    'raw base64': `algorithm=RSA256,keyVersion=1,signature=${base64}`,
    'base64 without padding': `algorithm=RSA256,keyVersion=1,signature=${base64.replaceAll('=', '')}`,
    base64url: `algorithm=RSA256,keyVersion=1,signature=${Buffer.from(base64, 'base64').toString('base64url')}`,
    'base64url with padding': `algorithm=RSA256,signature=${base64.replaceAll('+', '-').replaceAll('/', '_')}`,
  }
  for (const [form, header] of Object.entries(forms))
    t.ok(verifyHeader(parseSignatureHeader(header), awkward, publicKey), form)
  t.equal(parseSignatureHeader(forms['no keyVersion'] ?? '').keyVersion, undefined)
  t.equal(parseSignatureHeader('KeyVersion= 12 ').keyVersion, '12')
})

t.test('every other form of the header is invalid, and the reason says why', async (t) => {
  const { awkward, base64 } = await awkwardSignature()
  const encoded = encodeURIComponent(base64)
  const forms: [header: string | undefined, reason: string][] = [
    [undefined, 'the Signature header is missing'],
    ['', 'the Signature header has no signature=...'],
    [encoded, 'the Signature header has no signature=...'],
    ['algorithm=RSA256,keyVersion=1', 'the Signature header has no signature=...'],
    ['algorithm=RSA256,keyVersion=1,signature=', 'the Signature header has no signature=...'],
    [`signature=${encoded}`, 'the Signature header has no algorithm=RSA256'],
    [`algorithm=RSA512,signature=${encoded}`, 'the algorithm is RSA512, not RSA256'],
    [`algorithm=none,signature=${encoded}`, 'the algorithm is none, not RSA256'],
    [`algorithm=RSA256,signature=${encoded},`, 'a part that is no name=value'],
    [`algorithm=RSA256,signature=${encoded},signature=${encoded}`, 'or one twice'],
    [`algorithm=RSA256,signature=${encoded},RSA256`, 'a part that is no name=value'],
    ['algorithm=RSA256,signature=%', 'not percent-encoded base64'],
    ['algorithm=RSA256,signature=%E0%A4%A', 'not percent-encoded base64'],
    ['algorithm=RSA256,signature=????', 'not percent-encoded base64'],
    ['algorithm=RSA256,signature=====', 'not percent-encoded base64'],
    [`algorithm=RSA256,signature=${base64.replaceAll('+', ' ')}`, 'spaces where + was'],
    [`algorithm=RSA256,signature=${base64.replaceAll('+', '%20')}`, 'spaces where + was'],
    [`algorithm=RSA256,signature=${encodeURIComponent(encoded)}`, 'percent-encoded twice'],
    [`algorithm=RSA256,signature=${base64.replaceAll('+', '-')}`, 'mixes base64 with base64url'],
    [`algorithm=RSA256,signature=${Buffer.from(base64, 'base64').toString('hex')}0`, 'in hex, not in base64'],
  ]
  for (const [header, reason] of forms) {
    t.notOk(verifyHeader(parseSignatureHeader(header ?? ''), awkward, publicKey), header ?? 'no header')
    t.match(diagnoseSignature({ header, message: awkward, publicKey, otherKeys: [] }), reason)
  }
})

t.test('what is signed is verified, whatever path, headers and body are', async (t) => {
  const text = fc.string({ unit: 'binary', maxLength: 80 })
  const anyMessage = fc.record({ path: text, clientId: text, time: text, body: fc.uint8Array({ maxLength: 200 }) })
  const isVerified = async (any: SignedMessage) => {
    const header = formatSignatureHeader(await signContent(contentToSign(any), privateKey), 1)
    return verifyHeader(parseSignatureHeader(header), any, publicKey)
  }
  await fc.assert(fc.asyncProperty(anyMessage, isVerified), { numRuns: often(25, 100) })
  t.pass('for any message')
})

t.test('a flipped bit in any byte of content or signature fails', async (t) => {
  const signature = await signContent(content, privateKey)
  const flipped = (bytes: Uint8Array, index: number) =>
    bytes.map((byte, at) => (at === index ? byte ^ (1 << (index % 8)) : byte))
  for (let index = 0; index < content.length; index++)
    t.notOk(verifyContent(flipped(content, index), publicKey, signature), `content byte ${index}`)
  for (let index = 0; index < signature.length; index++)
    t.notOk(verifyContent(content, publicKey, flipped(signature, index)), `signature byte ${index}`)
  t.notOk(verifyContent(content, publicKey, signature.subarray(1)), 'a byte less')
  t.notOk(verifyContent(content, other.publicKey, signature), 'another key')
})

t.test('a flipped character of the base64 never gives the same signature', async (t) => {
  const base64 = (await signContent(content, privateKey)).toString('base64')
  for (let at = 0; at < base64.length; at++) {
    const twin = base64.charAt(at) === 'A' ? 'B' : String.fromCharCode(base64.charCodeAt(at) ^ 1)
    const bytes = decodeSignature(base64.slice(0, at) + twin + base64.slice(at + 1))
    t.notOk(bytes !== undefined && verifyContent(content, publicKey, bytes), `character ${at}`)
  }
})

t.test('signing with a key that cannot sign fails', async (t) => {
  await t.rejects(signContent(content, generateKeyPairSync('ed25519').privateKey))
})

t.test('the likeliest mistake is found by trying it', async (t) => {
  const signed = (text: string | Uint8Array) =>
    sign('sha256', typeof text === 'string' ? Buffer.from(text) : text, privateKey)
  const changed = (change: Partial<SignedMessage>, from = message) => signed(contentToSign({ ...from, ...change }))
  const epoch = String(Date.parse(message.time))
  const text = content.toString()
  const named = (header: Buffer, reason: string, of: Partial<FailedSignature> = {}) => {
    const failed = { header: formatSignatureHeader(header, 1), message, publicKey, otherKeys: [], ...of }
    const diagnosis = diagnoseSignature(failed)
    t.equal(diagnosis.slice(0, diagnosis.indexOf('; content to sign: ')), reason)
    t.notMatch(diagnosis, encodeURIComponent(header.toString('base64')).slice(0, 40), 'the signature is not shown')
  }
  const pathOf = (path: string) => `what was signed has the path ${path}`
  const spelling = 'what was signed has the body serialised anew: sign the very bytes that are sent'

  const without = (path: string, prefix: string) =>
    `${pathOf(path)}, without the ${prefix} before it: sign the path that is sent`
  const short = '/v1/payments/cancelPayment'
  named(changed({ path: short }), without(short, '/aps/api'))
  const withQuery = { ...message, path: `/gateway${message.path}?a=1` }
  named(changed({ path: `${short}?a=1` }), without(`${short}?a=1`, '/gateway/aps/api'), { message: withQuery })
  named(changed({}), without(message.path, '/gateway'), { message: withQuery })
  const original = '/public/pay?a=1'
  const rewritten = `${pathOf(original)}, of which a proxy made ${message.path}: have it pass the path on`
  named(changed({ path: original }), rewritten, { forwarded: ['/other', original] })
  named(changed({ path: '/ams/api/v1/payments/cancel' }), pathOf('/ams/api/v1/payments/cancel'))
  named(changed({ path: '' }), pathOf('(none)'))
  named(changed({ path: message.path.slice(1) }), pathOf('aps/api/v1/payments/cancelPayment'))
  named(signed(text), pathOf(message.path), { message: { ...message, path: `${message.path}?a=1` } })
  named(changed({ path: '/x' }), without('/x', '/ns/pr-42'), { message: { ...message, path: '/ns/pr-42/x' } })

  const spaced = { ...message, body: Buffer.from('{ "pspId": "b", "acquirerId": "a", "paymentRequestId": "c" }') }
  for (const body of [
    '{"pspId":"b","acquirerId":"a","paymentRequestId":"c"}',
    '{"acquirerId":"a","pspId":"b","paymentRequestId":"c"}',
    '{"acquirerId":"a","paymentRequestId":"c","pspId":"b"}',
    '{"paymentRequestId":"c","acquirerId":"a","pspId":"b"}',
    '{"pspId": "b", "acquirerId": "a", "paymentRequestId": "c"}',
    '{\n  "pspId": "b",\n  "acquirerId": "a",\n  "paymentRequestId": "c"\n}',
    '{\n    "acquirerId": "a",\n    "pspId": "b",\n    "paymentRequestId": "c"\n}',
  ])
    named(changed({ body: Buffer.from(body) }), spelling, { message: spaced })
  named(changed({ body: Buffer.alloc(0) }), 'what was signed has no body')
  named(changed({}), 'what was signed has the body without the spaces around it', {
    message: { ...message, body: Buffer.from(`${compact}\n`) },
  })

  named(changed({ time: '' }), 'what was signed has no Request-Time')
  named(
    changed({ time: epoch.slice(0, -3) }),
    'what was signed has the time in seconds, not the Request-Time header as it is',
  )
  named(changed({ time: epoch }), 'what was signed has the time in milliseconds, not the Request-Time header as it is')
  for (const time of ['2026-01-31T04:00:00Z', '2026-01-31T04:00:00.000Z', '2026-01-31T04:00:00+00:00'])
    named(changed({ time }), 'what was signed has the time spelt otherwise than in the Request-Time header')
  for (const time of [epoch, epoch.slice(0, -3)])
    named(changed({}), 'what was signed has the time spelt otherwise than in the Request-Time header', {
      message: { ...message, time },
    })

  named(signed(`${text}\n`), 'what was signed has a line break at its end')
  named(signed(text.replace('\n', '\r\n')), 'what was signed has CR LF for its line break')
  named(signed(text.replace('\n', '')), 'what was signed has no line break')
  named(signed(text.replace('\n', ' ')), 'what was signed has a space for its line break')
  named(signed(text.replace('\n', '\\n')), 'what was signed has the two characters \\n for its line break')
  named(signed(text.replace('POST ', '')), 'what was signed has no "POST" before the path')
  named(signed(text.replace('POST', 'post')), 'what was signed has the method in small letters')
  named(changed({ clientId: '' }), 'what was signed has no Client-Id')

  const pss = sign('sha256', content, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING })
  named(pss, 'the signature was made with PSS padding, not PKCS#1 v1.5')
  named(sign('sha1', content, privateKey), 'the signature was made with SHA-1, not SHA-256')
  named(sign('sha512', content, privateKey), 'the signature was made with SHA-512, not SHA-256')
  const digest = createHash('sha256').update(content).digest()
  named(signed(digest), 'the signature was made with SHA-256 applied twice')
  named(signed(digest.toString('hex')), 'the signature was made with the hex of the SHA-256')

  const otherKeys = [{ name: 'key 2 of someone', publicKey: other.publicKey }]
  const byOther = sign('sha256', content, other.privateKey)
  named(byOther, 'the signature was made with key 2 of someone', { otherKeys })
  named(byOther, 'no known mistake explains it: look for another private key than the registered one, or other content')
  named(
    byOther,
    'no known mistake explains it: look for another private key than the registered one, or other content',
    {
      message: { ...message, body: Buffer.from('["not", "an object'), time: 'yesterday' },
    },
  )
  named(
    byOther,
    'no known mistake explains it: look for another private key than the registered one, or other content',
    {
      message: { ...message, body: Buffer.from('12'), time: '275760-09-13' },
    },
  )
  named(byOther.subarray(0, 128), 'the signature has 128 bytes, and the registered key makes 256: another key was used')
  named(Buffer.from(byOther.toString('hex')), 'the signature is the base64 of hex: encode its bytes, not their hex')
})

t.test('the content to sign is shown, escaped and in at most 2 KiB', async (t) => {
  const show = (body: string) =>
    diagnoseSignature({ header: undefined, message: { ...message, body: Buffer.from(body) }, publicKey, otherKeys: [] })
  t.ok(
    show('{"a":"ä"}').endsWith(
      'content to sign: POST /aps/api/v1/payments/cancelPayment\\nSANDBOX_5YC47N2ZQHJ004124.2026-01-31T12:00:00+08:00.{"a":"\\u00e4"}',
    ),
  )
  const shown = show('x'.repeat(60_000)).split('content to sign: ')[1] ?? ''
  t.equal(shown.length, 2048)
})
