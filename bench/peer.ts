import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expectedReply, path } from './call.js'
import { type Command, freePort } from './server.js'

/** Another server for the same job. */
export interface Peer {
  name: string
  /** The npm package, with its version. */
  npm: string
  /** What is run; Node.js where nothing is said. */
  file?: string
  /** A command that it needs beside Node.js, and how to ask for its version. */
  needs?: readonly [string, ...string[]]
  /**
   * Writes files with one rule for each id, each by the exact paymentRequestId, and a last rule that takes all calls.
   * All rules answer with SUCCESS.
   */
  prepare(folder: string, ids: readonly string[]): Promise<Command['args']>
}

const home = 'bench/peers'
const modules = `${home}/node_modules`
const replyHeaders = { 'Content-Type': 'application/json; charset=UTF-8' }

export const peers: readonly Peer[] = [
  {
    name: 'WireMock',
    npm: 'wiremock@3.13.2',
    // Not its script, which would leave Java behind when it is stopped.
    file: 'java',
    needs: ['java', '-version'],
    async prepare(folder, ids) {
      const response = { status: 200, headers: replyHeaders, body: expectedReply }
      const byId = ids.map((id) => ({ matchesJsonPath: { expression: '$.paymentRequestId', equalTo: id } }))
      const mappings = [...byId.map((pattern) => ({ bodyPatterns: [pattern], priority: 1 })), { priority: 10 }].map(
        ({ priority, ...how }) => ({ priority, request: { method: 'POST', urlPath: path, ...how }, response }),
      )
      await mkdir(join(folder, 'mappings'), { recursive: true })
      await writeFile(join(folder, 'mappings', 'rules.json'), JSON.stringify({ mappings }))
      return (port) => [
        ...['-jar', `${modules}/wiremock/build/wiremock-standalone-3.13.2.jar`],
        ...['--port', String(port), '--bind-address', '127.0.0.1', '--root-dir', folder],
        ...['--no-request-journal', '--disable-banner'],
      ]
    },
  },
  {
    name: 'mockttp',
    npm: 'mockttp@4.6.5',
    async prepare(folder, ids) {
      const headers = { ...replyHeaders, 'Content-Length': String(expectedReply.length) }
      const file = join(folder, 'mockttp.json')
      await writeFile(file, JSON.stringify({ ids, path, reply: expectedReply, headers }))
      return () => ['.bench/bench/peer-mockttp.js', file]
    },
  },
  {
    name: 'mountebank',
    npm: 'mountebank@2.9.1',
    async prepare(folder, ids) {
      const responses = [{ is: { statusCode: 200, headers: replyHeaders, body: expectedReply } }]
      const stubs = ids.map((paymentRequestId) => ({
        predicates: [{ equals: { method: 'POST', path, body: { paymentRequestId } } }],
        responses,
      }))
      return async (port) => {
        const file = join(folder, 'mountebank.json')
        const imposters = [{ protocol: 'http', port, host: '127.0.0.1', stubs: [...stubs, { responses }] }]
        await writeFile(file, JSON.stringify({ imposters }))
        const own = ['--port', String(await freePort()), '--host', '127.0.0.1', '--pidfile', join(folder, 'mb.pid')]
        const log = ['--nologfile', '--loglevel', 'error']
        return [`${modules}/mountebank/bin/mb`, '--configfile', file, ...own, ...log]
      }
    },
  },
  {
    name: 'stubby',
    npm: 'stubby@5.1.1',
    async prepare(folder, ids) {
      const response = { status: 200, headers: replyHeaders, body: expectedReply }
      const request = { method: 'POST', url: `^${path}$` }
      const rules = ids.map((paymentRequestId) => ({
        request: { ...request, post: `"paymentRequestId":"${paymentRequestId}"` },
        response,
      }))
      const file = join(folder, 'stubby.json')
      await writeFile(file, JSON.stringify([...rules, { request, response }]))
      const others = ['--admin', '0', '--tls', '0', '--quiet']
      return (port) => [
        `${modules}/stubby/bin/stubby`,
        '--data',
        file,
        '--location',
        '127.0.0.1',
        '--stubs',
        String(port),
        ...others,
      ]
    },
  },
]

const run = promisify(execFile)

/** Puts the peers beside the bench, apart from the project's own dependencies. @throws Error when npm fails */
export async function installPeers(): Promise<void> {
  await mkdir(home, { recursive: true })
  await writeFile(`${home}/package.json`, '{ "private": true }\n')
  const quick = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--no-progress']
  await run('npm', ['install', ...quick, '--prefix', home, ...peers.map(({ npm }) => npm)])
}

/** What the peer lacks on this machine; nothing where it can run. */
export async function lacks({ needs }: Peer): Promise<string | undefined> {
  if (needs === undefined) return undefined
  const [file, ...args] = needs
  return run(file, args).then(
    () => undefined,
    () => `needs ${file}`,
  )
}
