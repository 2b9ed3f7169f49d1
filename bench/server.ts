import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { body, headers, path } from './call.js'
import { onCore, serverCore } from './cores.js'

/** A server that is measured, in a process of its own. */
export interface BenchServer {
  name: string
  url: string
  pid: number
  /** From the start of the process to the first reply, in milliseconds. */
  startedIn: number
  /** The headers of that reply. */
  firstHeaders: NodeJS.Dict<string | string[]>
  stop(): Promise<void>
}

export interface Command {
  name: string
  /** What is run; Node.js where nothing is said. */
  file?: string | undefined
  args: (port: number) => readonly string[] | Promise<readonly string[]>
  /** Variables of its environment, beside the usual ones. */
  env?: Readonly<Record<string, string>> | undefined
  /** The core that it runs on, or all; the server's unless given. */
  core?: number | 'all'
}

/** A Fastify app with nothing in it. */
export const bare: Command = { name: 'bare Fastify', args: () => ['.bench/bench/bare.js'] }

/** The same with as many headers in its reply as the simulator sends. */
export const bareWithHeaders: Command = { ...bare, name: 'bare Fastify, same headers', env: { SAME_HEADERS: '1' } }

/** The simulator as users run it, but for the log. */
export function simulator(name: string, ...flags: readonly string[]): Command {
  return { name, args: () => ['dist/bin/mpp-sim.mjs', 'serve', '--log-level=silent', ...flags] }
}

const patience = 60_000
const pause = 4

/** @throws Error when it ends, or does not answer within a minute */
export async function startServer({
  name,
  file = process.execPath,
  args,
  env,
  core = serverCore,
}: Command): Promise<BenchServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const words = await args(port)
  const started = performance.now()
  const [command, ...rest] = core === 'all' ? [file, ...words] : onCore(core, [file, ...words])
  const server = spawn(command, rest, {
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exit = once(server, 'exit')
  const stop = async () => {
    server.kill()
    const killer = globalThis.setTimeout(() => server.kill('SIGKILL'), 5000)
    await exit
    clearTimeout(killer)
  }
  for (;;) {
    const firstHeaders = await firstReply(url)
    const startedIn = performance.now() - started
    if (firstHeaders !== undefined) return { name, url, pid: server.pid ?? 0, startedIn, firstHeaders, stop }
    if (server.exitCode !== null) throw new Error(`${name} ended with exit code ${server.exitCode}`)
    if (startedIn > patience) {
      await stop()
      throw new Error(`${name} gave no answer within ${patience / 1000} s`)
    }
    await setTimeout(pause)
  }
}

/** The headers of the reply to one call; nothing where nobody answers. Cheap: a starting server is asked often. */
function firstReply(url: string): Promise<NodeJS.Dict<string | string[]> | undefined> {
  return new Promise((resolve) => {
    const call = request(url + path, { method: 'POST', headers, agent: new Agent() }, (reply) => {
      reply.resume().once('close', () => resolve(reply.headers))
    })
    call.once('error', () => resolve(undefined))
    call.end(body('first'))
  })
}

/** How much memory the process takes, in MiB; Linux only. */
export async function residentMemory({ pid }: BenchServer): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

/** How much processor time the process has taken, with all its threads, in milliseconds; Linux only. */
export async function cpuTime({ pid }: Pick<BenchServer, 'pid'>): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name of the process, in parentheses, may have spaces in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * millisecondsInTick
}

const millisecondsInTick = 10

/** A port that nobody listens on, for now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
