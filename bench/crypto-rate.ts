import { createPublicKey, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { contentToSign } from '../src/protocol/signature.js'
import { readPrivateKeyFile } from '../src/server/key-files.js'
import { body, clientId, path } from './call.js'
import { connections } from './load.js'

/*
 * Prints what node:crypto can do with the bytes of the bench, in operations per second. `sign`: signatures, one after
 * the other on one core. `verify-and-sign`: a signature verified and another one made, as for each call and its reply,
 * as many at a time as the bench has connections, on all cores.
 */
const [mode, keyFile = '', seconds = '1'] = process.argv.slice(2)
const privateKey = await readPrivateKeyFile(keyFile)
const publicKey = createPublicKey(privateKey)
const time = '2026-01-01T00:00:00+00:00'
const content = contentToSign({ path, clientId, time, body: Buffer.from(body('1')) })
const signature = sign('sha256', content, privateKey)

const started = performance.now()
const end = started + Number(seconds) * 1000
const isOver = () => performance.now() >= end
let done = 0

const verifyAsync = promisify(verify)
const signAsync = promisify(sign)

async function verifyAndSign(): Promise<void> {
  for (; !isOver(); done++) {
    if (!(await verifyAsync('sha256', content, publicKey, signature))) throw new Error('not valid')
    await signAsync('sha256', content, privateKey)
  }
}

if (mode === 'sign') for (; !isOver(); done++) sign('sha256', content, privateKey)
else await Promise.all(Array.from({ length: connections }, verifyAndSign))

process.stdout.write(`${(done * 1000) / (performance.now() - started)}\n`)
