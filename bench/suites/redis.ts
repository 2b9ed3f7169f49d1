import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { appendScript, type Script, takeScript, tallyScript } from '../../src/simulator/redis/scripts.js'
import { clientCore, onCore } from '../cores.js'
import { connections, load } from '../load.js'
import type { BenchOptions } from '../options.js'
import { inTurns, median } from '../rounds.js'
import { failedRow, type Row, ratioRow } from '../row.js'
import { type BenchServer, cpuTime, freePort, simulator } from '../server.js'
import { type Suite, withFolder, withServers } from '../suite.js'
import { measure, rates } from './throughput.js'

export const redis: Suite = {
  name: 'redis',
  about: 'calls per second with the Redis store, against memory and against the same scripts by redis-benchmark',
  run: (options) =>
    withFolder((folder) =>
      withRedis(folder, (redis) => {
        const store = simulator('Redis store', `--store=redis://127.0.0.1:${redis.port}`)
        return withServers([store, simulator('memory store')], (servers) => compare(servers, redis, options))
      }),
    ),
}

const run = promisify(execFile)

interface RedisServer {
  port: number
  pid: number
}

/** Runs with a Redis of its own, that writes nothing to disk, on the client's core. @throws Error without redis-server */
async function withRedis<T>(folder: string, use: (redis: RedisServer) => Promise<T>): Promise<T> {
  const port = await freePort()
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const [file, ...args] = onCore(clientCore, ['redis-server', ...flags])
  const server = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await Promise.race([once(server, 'error').then(([error]) => Promise.reject(error)), ready(server.stdout)])
    return await use({ port, pid: server.pid ?? 0 })
  } finally {
    server.kill()
  }
}

async function ready(output: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of output) if (String(chunk).includes('Ready to accept connections')) return
}

async function compare(servers: readonly BenchServer[], redis: RedisServer, options: BenchOptions): Promise<Row[]> {
  const { seconds, rounds } = options
  for (const server of servers) await load(server, { seconds: 2 })
  const ceilings: number[] = []
  const [stored = [], memory = []] = await inTurns(servers, rounds, async (server) => {
    const before = await cpuTime(redis)
    const loaded = await measure(server, seconds)
    const ofRedis = (((await cpuTime(redis)) - before) * 1000) / (loaded.rate * seconds)
    return { ...loaded, ofRedis }
  })
  for (let round = 0; round < rounds; round++) ceilings.push(await ceiling(redis.port))
  const row = { what: 'Redis store', unit: 'calls/s', ours: rates(stored) }
  const ofCalls = (kind: 'cpu' | 'ofRedis') => median(stored.map((each) => each[kind])).toFixed(0)
  return [
    ratioRow({ ...row, control: rates(memory), against: 'memory store' }, { atLeast: 0.7 }),
    ratioRow({ ...row, control: ceilings, against: 'its three scripts for each call alone, redis-benchmark' }, {}),
    await replicasRow(
      redis,
      options,
      `a call takes ${ofCalls('cpu')} us of a replica, ${ofCalls('ofRedis')} us of Redis`,
    ),
  ]
}

/** A core for each replica, one for Redis, one for the client. */
const coresForReplicas = 4

/** Two replicas under load at the same time, each by a client of its own, against one. */
async function replicasRow(redis: RedisServer, { seconds, rounds }: BenchOptions, costs: string): Promise<Row> {
  const what = 'two replicas on one Redis'
  const cores = availableParallelism()
  if (cores < coresForReplicas)
    return failedRow(what, `not measured: ${coresForReplicas} cores are needed, not ${cores}; ${costs}`)
  const store = `--store=redis://127.0.0.1:${redis.port}`
  const commands = [0, 1].map((core) => ({ ...simulator(`replica ${core + 1}`, store), core: core + 2 }))
  return withServers(commands, async (servers) => {
    const [both = [], one = []] = await inTurns([servers, servers.slice(0, 1)], rounds, async (subjects) => {
      const loads = await Promise.all(subjects.map((server) => measure(server, seconds)))
      return loads.reduce((sum, { rate }) => sum + rate, 0)
    })
    return ratioRow({ what, unit: 'calls/s', ours: both, control: one, against: 'one replica' }, { atLeast: 1.7 })
  })
}

const entry = 'x'.repeat(700)
const ledgerTtl = '604800000'
const scriptsOfACall: readonly [Script, keys: string[], args: string[]][] = [
  [takeScript, ['bench:{__rand_int__}'], [ledgerTtl, '1', '2', '1', 'SUCCESS', '0', '', '1']],
  [tallyScript, ['bench:{ns}:meta', 'bench:{ns}:hits'], [ledgerTtl, '0', 'file/rule', '1']],
  [
    appendScript,
    ['bench:{ns}:meta', 'bench:{ns}:journal', 'bench:{ns}:holds'],
    ['1000', '8388608', ledgerTtl, ledgerTtl, 'bench:{ns}:entries', entry],
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
