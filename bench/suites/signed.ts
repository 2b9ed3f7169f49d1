import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { formatResponseTime } from '../../src/protocol/headers.js'
import { contentToSign, formatSignatureHeader, signContent } from '../../src/protocol/signature.js'
import { readPrivateKeyFile } from '../../src/server/key-files.js'
import { body, clientId, headers, path } from '../call.js'
import { onCore, serverCore } from '../cores.js'
import { load, type Request } from '../load.js'
import type { BenchOptions } from '../options.js'
import { inTurns } from '../rounds.js'
import { type Row, ratioRow } from '../row.js'
import { type BenchServer, simulator } from '../server.js'
import { type Suite, tell, withFolder, withServers } from '../suite.js'

export const signed: Suite = {
  name: 'signed',
  about: 'calls per second with all calls verified and all replies signed, against unsigned ones and node:crypto',
  run: (options) =>
    withFolder(async (folder) => {
      const keys = join(folder, 'keys')
      await run(process.execPath, ['dist/cli.js', 'keygen', keys])
      const flags = [`--clients=${keys}/clients.yaml`, `--private-key=${keys}/simulator-private.pem`, '--sign=always']
      return withServers([simulator('signed', ...flags), simulator('unsigned')], (servers) =>
        compare(servers, keys, options),
      )
    }),
}

const run = promisify(execFile)
const poolSize = 5000

async function compare(servers: readonly BenchServer[], keys: string, options: BenchOptions): Promise<Row[]> {
  const { seconds, rounds } = options
  const keyFile = `${keys}/alipayplus-private.pem`
  const pool = await signCalls(keyFile)
  const cryptoRate = async () => {
    const command = onCore(serverCore, [process.execPath, '.bench/bench/crypto-rate.js', keyFile, String(seconds)])
    const [file, ...args] = command
    return Number((await run(file, args)).stdout)
  }
  const subjects = [
    ...servers.map((server) => ({
      name: server.name,
      measure: async () => (await load(server, { seconds, pool: server.name === 'signed' ? pool : [] })).rate,
    })),
    { name: 'node:crypto, verifying', measure: cryptoRate },
  ]
  for (const { measure } of subjects) await measure()
  const [ours = [], unsigned = [], verifying = []] = await inTurns(subjects, rounds, async ({ name, measure }) => {
    const rate = await measure()
    tell(`  ${name}: ${Math.round(rate)} /s`)
    return rate
  })
  const row = { what: 'signed both ways', unit: 'calls/s', ours }
  return [
    ratioRow({ ...row, control: unsigned, against: 'unsigned' }, { atLeast: 0.65 }),
    ratioRow({ ...row, control: verifying, against: 'node:crypto verifying, nothing else' }, {}),
  ]
}

/** Calls with ids of their own, signed beforehand: the client has no time for it. */
async function signCalls(keyFile: string): Promise<Request[]> {
  const privateKey = await readPrivateKeyFile(keyFile)
  const time = formatResponseTime(Date.now())
  const signCall = async (text: string): Promise<Request> => {
    const content = contentToSign({ path, clientId, time, body: Buffer.from(text) })
    const signature = formatSignatureHeader(await signContent(content, privateKey), 1)
    return { headers: { ...headers, 'request-time': time, signature }, body: text }
  }
  return Promise.all(Array.from({ length: poolSize }, (_, index) => signCall(body(`signed-${index}`))))
}
