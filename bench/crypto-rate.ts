import { createPublicKey, sign, verify } from 'node:crypto'
import { contentToSign } from '../src/protocol/signature.js'
import { readPrivateKeyFile } from '../src/server/key-files.js'
import { body, clientId, path } from './call.js'

/* Prints how many signatures of calls of the bench node:crypto verifies in a second, one after the other on one core. */
const [keyFile = '', seconds = '1'] = process.argv.slice(2)
const privateKey = await readPrivateKeyFile(keyFile)
const publicKey = createPublicKey(privateKey)
const time = '2026-01-01T00:00:00+00:00'
const content = contentToSign({ path, clientId, time, body: Buffer.from(body('1')) })
const signature = sign('sha256', content, privateKey)

const started = performance.now()
const end = started + Number(seconds) * 1000
let done = 0
for (; performance.now() < end; done++)
  if (!verify('sha256', content, publicKey, signature)) throw new Error('not valid')
process.stdout.write(`${(done * 1000) / (performance.now() - started)}\n`)
