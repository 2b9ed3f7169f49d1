import { type Command, Option } from 'commander'
import { readTextFile } from '../server/key-files.js'
import { readTls } from '../server/tls.js'
import { hostOption, option, portOption } from './option.js'
import { type Received, type SentRequest, send } from './send.js'
import { parseNamespace, parseServerAddress, prefixOf, reachable, type ServerAddress } from './server-address.js'
import { checkTlsOptions } from './tls-options.js'

/** What every command can be told that calls a server. */
export interface ClientOptions {
  url?: ServerAddress
  host: string
  port: number
  tlsCa?: string
  tlsCert?: string
  tlsKey?: string
  insecure: boolean
  namespace?: string
  adminToken?: string
}

/** A server to call, and how. */
export interface Target extends ServerAddress {
  tls: NonNullable<SentRequest['tls']>
  /** What the control API demands. */
  adminToken: string | undefined
  /** Whether no address was given: it is then the server of this machine, which may speak HTTPS. */
  isOwn: boolean
}

/** Where the server is, and whom to trust. Without an address it is where `serve` listens with the same variables. */
export const clientOptions = (): Option[] => [
  option('--url <url>', 'where the server is (default: where serve listens, by --host and --port)').argParser(
    parseServerAddress,
  ),
  hostOption(),
  portOption(),
  option('--tls-ca <file>', 'who may issue the certificate of the server'),
  option('--tls-cert <file>', 'certificate to show to a server that demands one'),
  option('--tls-key <file>', 'its private key'),
  new Option('--insecure', 'take any certificate of the server').default(false),
]

export const namespaceOption = (): Option =>
  option('--namespace <name>', 'the namespace that is meant (default: the one without a prefix)').argParser(
    parseNamespace,
  )

export const adminTokenOption = (): Option => option('--admin-token <token>', 'what the control API demands')

/** @throws FileError when a certificate or key file has mistakes */
export async function readTarget(options: ClientOptions, command: Command): Promise<Target> {
  const { url = ownAddress(options), tlsCa, tlsCert, tlsKey, insecure, namespace = url.namespace, adminToken } = options
  checkTlsOptions(command, { tlsCert, tlsKey })
  const isOwn = options.url === undefined
  // For the server, the variable says who may issue certificates of clients.
  const isCaMeant = tlsCa !== undefined && !(isOwn && command.getOptionValueSource('tlsCa') === 'env')
  const tls = {
    ...(await readTls({ tlsCert, tlsKey })),
    ...(isCaMeant && { ca: await readTextFile(tlsCa, 'tlsCa') }),
    rejectUnauthorized: !insecure && (isCaMeant || !isOwn),
  }
  return { ...url, namespace, tls, adminToken, isOwn }
}

/** Whoever says something about TLS wants it. */
function ownAddress({ host, port, tlsCa, tlsCert, insecure }: ClientOptions): ServerAddress {
  const scheme = insecure || tlsCa !== undefined || tlsCert !== undefined ? 'https' : 'http'
  return { ...parseServerAddress(`${scheme}://${reachable(host)}:${port}`) }
}

/** Asks below the namespace. @throws Error with the reason when no whole answer comes */
export async function get(target: Target, path: string, timeout: number): Promise<Received> {
  return ask(target, path, (request) => send({ ...request, timeout }))
}

/** Asks below the namespace, by a `send` of one's own. @throws what that throws */
export async function ask<T>(
  target: Target,
  path: string,
  send: (request: Omit<SentRequest, 'timeout'>) => Promise<T>,
): Promise<T> {
  const { tls, adminToken } = target
  const headers: Record<string, string> = adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` }
  const askAt = (server: string) =>
    send({ url: server + prefixOf(target.namespace) + path, method: 'GET', headers, tls })
  return askAt(target.server).catch((error: Error & { code?: string }) => {
    // A server whose flags turned HTTPS on hangs up on plain HTTP.
    if (!target.isOwn || error.code === 'ECONNREFUSED' || target.server.startsWith('https:')) throw error
    return askAt(target.server.replace('http:', 'https:'))
  })
}
