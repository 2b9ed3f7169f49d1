import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** A server that is measured, in a process of its own. */
export interface Subject {
  name: string
  url: string
  stop(): Promise<void>
}

/** A Fastify app with nothing in it. */
export function startBare(): Promise<Subject> {
  return start('bare Fastify', ['.bench/bench/bare.js'])
}

/** The simulator with so many rules, of which `lastRulePrefix` ids reach the last one. */
export async function startSimulator(rules: number): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'mpp-sim-bench-'))
  const file = join(folder, 'rules.json')
  await writeFile(file, JSON.stringify({ rules: Array.from({ length: rules }, (_, index) => rule(index, rules)) }))
  const subject = await start(nameOf(rules), ['dist/cli.js', '--no-watch', '--log-level=silent', `--scenarios=${file}`])
  await rm(folder, { recursive: true })
  return subject
}

export const lastRulePrefix = 'last-'

export function nameOf(rules: number): string {
  return `${rules} rule${rules === 1 ? '' : 's'}`
}

/** Rules of all kinds: exact, glob, regular expression. */
function rule(index: number, rules: number) {
  const isLast = index === rules - 1
  const patterns = [`${index}`, `${index}-*`, `/^${index}-[0-9]+$/`]
  const paymentRequestId = isLast ? `${lastRulePrefix}*` : patterns[index % patterns.length]
  return { name: `rule ${index}`, match: { paymentRequestId }, reply: 'SUCCESS' }
}

async function start(name: string, args: string[]): Promise<Subject> {
  const port = await freePort()
  const env = { ...process.env, PORT: String(port), HOST: '127.0.0.1', NODE_ENV: 'production' }
  const server = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const exit = once(server, 'exit')
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(url))) {
    if (server.exitCode !== null) throw new Error(`${name} ended with exit code ${server.exitCode}`)
    await setTimeout(50)
  }
  return {
    name,
    url,
    async stop() {
      server.kill()
      await exit
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}
