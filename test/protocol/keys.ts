import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import {
  KeyError,
  keyToBase64,
  keyToPem,
  looksLikeKey,
  makeKeyPair as makeKeyPairAsync,
  readPrivateKey,
  readPublicKey,
} from '../../src/protocol/keys.js'
import { makeKeyPair, openssl, privatePem, publicPem } from '../fixtures/key-pairs.js'
import { skipWithout } from '../fixtures/programs.js'

const pair = makeKeyPair()
const { publicKey, privateKey } = pair

const publicForms: Record<string, string> = {
  'SPKI in PEM': publicPem(pair),
  'PKCS#1 in PEM': publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  'SPKI as one line of base64': publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  'PKCS#1 as one line of base64': publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64'),
  'base64 in several lines': publicPem(pair).replaceAll(/-----.*-----\n/g, ''),
}

const privateForms: Record<string, string> = {
  'PKCS#8 in PEM': privatePem(pair),
  'PKCS#1 in PEM': privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  'PKCS#8 as one line of base64': privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  'PKCS#1 as one line of base64': privateKey.export({ type: 'pkcs1', format: 'der' }).toString('base64'),
}

t.test('public keys are read in every form', async (t) => {
  for (const [form, text] of Object.entries(publicForms)) t.ok(readPublicKey(text).equals(publicKey), form)
})

t.test('private keys are read in every form', async (t) => {
  for (const [form, text] of Object.entries(privateForms)) t.ok(readPrivateKey(text).equals(privateKey), form)
})

t.test('a key of the other half is named as such', async (t) => {
  for (const [form, text] of Object.entries(privateForms))
    t.throws(() => readPublicKey(text), new KeyError('is a private key, where a public one belongs'), form)
  for (const [form, text] of Object.entries(publicForms))
    t.throws(() => readPrivateKey(text), new KeyError('is a public key, where a private one belongs'), form)
})

t.test('weak keys, keys of other kinds and what is no key are refused with the reason', async (t) => {
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const cases: [text: string, message: string][] = [
    [publicPem(makeKeyPair(1024)), 'has 1024 bits; at least 2048 are needed'],
    [
      elliptic.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'is a key of the kind ec; Alipay+ signs with rsa',
    ],
    ['hello', 'is not a key: PEM, or one line of base64 DER, is expected'],
    ['', 'is not a key: PEM, or one line of base64 DER, is expected'],
    [
      '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
      'is not a key: PEM, or one line of base64 DER, is expected',
    ],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'is a CERTIFICATE, not a key'],
    [
      privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      'is encrypted; openssl pkey -in FILE -out PLAIN takes the passphrase off',
    ],
    [
      privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      'is encrypted; openssl pkey -in FILE -out PLAIN takes the passphrase off',
    ],
  ]
  for (const [text, message] of cases) t.throws(() => readPublicKey(text), new KeyError(message), message)
  t.throws(() => readPrivateKey(privatePem(makeKeyPair(1024))), new KeyError('has 1024 bits; at least 2048 are needed'))
})

t.test('key texts are told from file names', async (t) => {
  for (const text of [...Object.values(publicForms), ...Object.values(privateForms)]) t.ok(looksLikeKey(text))
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  t.ok(looksLikeKey(elliptic.export({ type: 'spki', format: 'der' }).toString('base64')))
  for (const name of ['keys/alipayplus.pem', 'Makefile', 'MII', `/${'M'.repeat(80)}`, `${'M'.repeat(80)}.pem`])
    t.notOk(looksLikeKey(name), name)
})

t.test('generated keys have 2048 bits, and are read as they are written', async (t) => {
  const made = await makeKeyPairAsync()
  t.equal(made.publicKey.asymmetricKeyDetails?.modulusLength, 2048)
  t.ok(createPublicKey(made.privateKey).equals(made.publicKey))
  t.ok(readPublicKey(keyToBase64(made.publicKey)).equals(made.publicKey))
  t.ok(readPrivateKey(keyToBase64(made.privateKey)).equals(made.privateKey))
})

t.test('openssl reads generated keys as they are written', { skip: skipWithout('openssl') }, async (t) => {
  const made = await makeKeyPairAsync()
  const derived = openssl(['pkey', '-pubout'], Buffer.from(keyToPem(made.privateKey))).toString()
  t.equal(derived, keyToPem(made.publicKey))
})
