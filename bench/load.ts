import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { body, expectedReply, headers, path } from './call.js'
import { clientCore, onCore } from './cores.js'
import { type BenchServer, cpuTime } from './server.js'
import { withFolder } from './suite.js'

export const connections = 50

/** A request: its headers, beside those that HTTP needs, and its body. */
export interface Request {
  headers: Readonly<Record<string, string>>
  body: string
}

interface Load {
  seconds?: number
  /** How many calls at most; as many as there is time for unless given. */
  calls?: number
  /** Calls to send again and again; where there are none, each call has an id of its own. */
  pool?: readonly Request[]
}

/** What came of it. */
export interface Loaded {
  /** Calls per second. */
  rate: number
  /** Processor time of the server, in microseconds for each call. */
  cpu: number
  /** Latencies in milliseconds that 50 and 99 of 100 calls stay below, at this rate. */
  p50: number
  p99: number
}

const run = promisify(execFile)

/** Stands for an id of its own; `wrk.lua` puts one of as many characters in its place. */
const idPlace = '[id]'
const idLength = 'xxxxxxxx-00-0000000000'.length

/**
 * Sends calls as fast as answers come, by wrk, from a core of its own.
 * @throws Error when a call fails or is answered with anything but SUCCESS
 */
export function load(server: BenchServer, options: Load): Promise<Loaded> {
  return withFolder(async (folder) => {
    const { seconds = 1, calls = 0, pool = [] } = options
    const file = join(folder, 'calls')
    const requests = pool.length > 0 ? pool.map(renderRequest) : [renderRequest({ headers, body: body(idPlace) })]
    const word = randomBytes(4).toString('hex')
    await writeFile(file, `${expectedReply.length}\n${calls}\n${word}\n${requests.join('')}`)
    const before = await cpuTime(server)
    const result = await runWrk(server, file, calls > 0 ? maxSeconds : seconds)
    if (result.failed > 0) throw new Error(`${server.name} failed ${result.failed} calls`)
    const spent = (await cpuTime(server)) - before
    return { rate: result.calls / result.seconds, cpu: (spent * 1000) / result.calls, p50: result.p50, p99: result.p99 }
  })
}

const maxSeconds = 300

interface WrkResult {
  calls: number
  seconds: number
  failed: number
  p50: number
  p99: number
}

/** @throws Error where wrk is not installed */
async function runWrk({ url }: BenchServer, file: string, seconds: number): Promise<WrkResult> {
  const flags = [
    '--threads',
    '1',
    '--connections',
    String(connections),
    '--duration',
    `${seconds}s`,
    '--timeout',
    '10s',
  ]
  const [command, ...args] = onCore(clientCore, ['wrk', ...flags, '--script', 'bench/wrk.lua', url])
  const { stdout } = await run(command, args, { env: { ...process.env, MPP_SIM_BENCH_CALLS: file } }).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new Error(`${error.path} is not installed: apt-get install wrk`) : error
    },
  )
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

/** A request as it goes over the wire, with its length before it. */
function renderRequest({ headers, body }: Request): string {
  const length = Buffer.byteLength(body) + (body.includes(idPlace) ? idLength - idPlace.length : 0)
  const lines = Object.entries({ host: '127.0.0.1', ...headers, 'content-length': String(length) })
  const request = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
  return `${Buffer.byteLength(request)}\n${request}\n`
}
