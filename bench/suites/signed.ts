import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Request } from 'autocannon'
import { formatResponseTime } from '../../src/protocol/headers.js'
import { contentToSign, formatSignatureHeader, signContent } from '../../src/protocol/signature.js'
import { readPrivateKeyFile } from '../../src/server/key-files.js'
import { body, clientId, headers, path } from '../call.js'
import { load } from '../load.js'
import type { BenchOptions } from '../options.js'
import { inTurns } from '../rounds.js'
import { type Row, ratioRow } from '../row.js'
import { type BenchServer, simulator } from '../server.js'
import { type Suite, tell, withFolder, withServers } from '../suite.js'

export const signed: Suite = {
  name: 'signed',
  about: 'calls per second with all calls verified and all replies signed, against node:crypto',
  run: (options) =>
    withFolder(async (folder) => {
      const keys = join(folder, 'keys')
      await run(process.execPath, ['dist/cli.js', 'keygen', keys])
      const flags = [`--clients=${keys}/clients.yaml`, `--private-key=${keys}/simulator-private.pem`, '--sign=always']
      return withServers([simulator('signed', ...flags)], ([server]) => compare(server, keys, options))
    }),
}

const run = promisify(execFile)
const poolSize = 5000

async function compare(server: BenchServer | undefined, keys: string, options: BenchOptions): Promise<Row[]> {
  if (server === undefined) return []
  const { seconds, rounds } = options
  const keyFile = `${keys}/alipayplus-private.pem`
  const pool = await signCalls(keyFile)
  const cryptoRate = (mode: string) => async () => {
    const { stdout } = await run(process.execPath, ['.bench/bench/crypto-rate.js', mode, keyFile, String(seconds)])
    return Number(stdout)
  }
  const subjects = [
    { name: 'signed calls', measure: () => load(server, { seconds, pool }) },
    { name: 'node:crypto, sign', measure: cryptoRate('sign') },
    { name: 'node:crypto, verify and sign', measure: cryptoRate('verify-and-sign') },
  ]
  await load(server, { seconds, pool })
  const [ours = [], signing = [], both = []] = await inTurns(subjects, rounds, async ({ name, measure }) => {
    const rate = await measure()
    tell(`  ${name}: ${Math.round(rate)} /s`)
    return rate
  })
  const row = { unit: 'calls/s', ours }
  return [
    ratioRow(
      { what: 'signed both ways', ...row, control: signing, against: 'RSA-2048 signing, one core' },
      { atLeast: 5 },
    ),
    ratioRow(
      { what: 'signed both ways', ...row, control: both, against: 'verify + sign, all cores' },
      { atLeast: 0.8 },
    ),
  ]
}

/** Calls with ids of their own, signed beforehand: the client has no time for it. */
async function signCalls(keyFile: string): Promise<Request[]> {
  const privateKey = await readPrivateKeyFile(keyFile)
  const time = formatResponseTime(Date.now())
  const signCall = async (text: string): Promise<Request> => {
    const content = contentToSign({ path, clientId, time, body: Buffer.from(text) })
    const signature = formatSignatureHeader(await signContent(content, privateKey), 1)
    return { method: 'POST', path, headers: { ...headers, 'request-time': time, signature }, body: text }
  }
  return Promise.all(Array.from({ length: poolSize }, (_, index) => signCall(body(`signed-${index}`))))
}
