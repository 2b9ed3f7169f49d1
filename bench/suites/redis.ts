import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { appendScript, type Script, takeScript, tallyScript } from '../../src/simulator/redis/scripts.js'
import { connections, load } from '../load.js'
import type { BenchOptions } from '../options.js'
import { inTurns } from '../rounds.js'
import { type Row, ratioRow } from '../row.js'
import { type BenchServer, freePort, simulator } from '../server.js'
import { type Suite, tell, withFolder, withServers } from '../suite.js'

export const redis: Suite = {
  name: 'redis',
  about: 'calls per second with the Redis store, against memory and against the same scripts by redis-benchmark',
  run: (options) =>
    withFolder((folder) =>
      withRedis(folder, (port) => {
        const store = simulator('Redis store', `--store=redis://127.0.0.1:${port}`)
        return withServers([store, simulator('memory store')], (servers) => compare(servers, port, options))
      }),
    ),
}

const run = promisify(execFile)

/** Runs with a Redis of its own, that writes nothing to disk. @throws Error where redis-server is not installed */
async function withRedis<T>(folder: string, use: (port: number) => Promise<T>): Promise<T> {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await Promise.race([once(server, 'error').then(([error]) => Promise.reject(error)), ready(server.stdout)])
    return await use(port)
  } finally {
    server.kill()
  }
}

async function ready(output: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of output) if (String(chunk).includes('Ready to accept connections')) return
}

async function compare(servers: readonly BenchServer[], port: number, options: BenchOptions): Promise<Row[]> {
  const { seconds, rounds } = options
  const subjects = [
    ...servers.map((server) => ({ name: server.name, measure: () => load(server, { seconds }) })),
    { name: 'redis-benchmark', measure: () => ceiling(port) },
  ]
  for (const server of servers) await load(server, { seconds: 1 })
  const [ours = [], memory = [], scripts = []] = await inTurns(subjects, rounds, async ({ name, measure }) => {
    const rate = await measure()
    tell(`  ${name}: ${Math.round(rate)} calls/s`)
    return rate
  })
  const row = { what: 'Redis store', unit: 'calls/s', ours }
  return [
    ratioRow({ ...row, control: memory, against: 'memory store' }, {}),
    ratioRow({ ...row, control: scripts, against: 'its three scripts, redis-benchmark' }, {}),
  ]
}

const entry = 'x'.repeat(700)
const ledgerTtl = '604800000'
const scriptsOfACall: readonly [Script, keys: string[], args: string[]][] = [
  [takeScript, ['bench:{__rand_int__}'], ['0', ledgerTtl, '1', '["SUCCESS"]']],
  [tallyScript, ['bench:{ns}:meta', 'bench:{ns}:hits'], ['0', 'file/rule', ledgerTtl]],
  [
    appendScript,
    ['bench:{ns}:meta', 'bench:{ns}:journal'],
    [entry, '1000', '8388608', ledgerTtl, ledgerTtl, 'bench:{ns}:entries'],
  ],
]

/** How many calls Redis could serve if nobody else did anything: one after the other, its scripts take this long. */
async function ceiling(port: number): Promise<number> {
  let secondsOfACall = 0
  for (const [{ lua, sha }, keys, args] of scriptsOfACall) {
    await run('redis-cli', ['-p', String(port), 'SCRIPT', 'LOAD', lua])
    const words = ['EVALSHA', sha, String(keys.length), ...keys, ...args]
    const flags = ['-p', String(port), '-c', String(connections), '-n', '20000', '-r', '1000000000', '--csv']
    const { stdout } = await run('redis-benchmark', [...flags, ...words])
    secondsOfACall += 1 / Number(/\n"[^\n]*?","([0-9.]+)"(?:,"[0-9.]+")*\n$/.exec(stdout)?.[1])
  }
  return 1 / secondsOfACall
}
