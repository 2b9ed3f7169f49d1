import { InvalidArgumentError } from 'commander'
import { namespacePattern } from '../http/namespace.js'
import { amsPaths } from '../protocol/ams.js'
import { cancelPaymentPaths } from '../protocol/cancel-payment.js'

/** Where a server is, and what of it is meant. */
export interface ServerAddress {
  /** Scheme, host and port, and the path before all of its own; no slash at its end. */
  server: string
  namespace: string | undefined
  /** The path of the API, where the address names it. */
  apiPath: string | undefined
  /** The query of the API, with its question mark. */
  search: string
}

const namespaceAtEnd = new RegExp(`/ns/(${namespacePattern})$`)

/** Takes an address apart: a bare one, one of a namespace, or the whole address of the API. */
export function parseServerAddress(text: string): ServerAddress {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('It starts with http:// or https://, such as http://127.0.0.1:8080.')
  const { origin, pathname, search } = new URL(text)
  const path = pathname.replace(/\/+$/, '')
  const apiPath = [...cancelPaymentPaths, ...amsPaths].find((each) => path.endsWith(each))
  const [prefix = '', namespace] = path.slice(0, path.length - (apiPath ?? '').length).split(namespaceAtEnd)
  return { server: origin + prefix, namespace, apiPath, search }
}

/** Where calls of the API go. A path that is not known is taken as the API's own, any other gets the standard one. */
export function apiUrlOf(
  { server, namespace, apiPath, search }: ServerAddress,
  standardPath: string = cancelPaymentPaths[0],
): URL {
  const prefix = prefixOf(namespace)
  const { pathname } = new URL(server)
  if (apiPath === undefined && pathname !== '/') return new URL(prefix + pathname + search, server)
  return new URL(server + prefix + (apiPath ?? standardPath) + search)
}

/** What stands before each path of a namespace. */
export function prefixOf(namespace: string | undefined): string {
  return namespace === undefined ? '' : `/ns/${namespace}`
}

/** An address to listen on, as one to call: "all addresses" is no place to go to. */
export function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

export function parseNamespace(text: string): string {
  if (new RegExp(`^${namespacePattern}$`).test(text)) return text
  throw new InvalidArgumentError('A namespace is named with 1 to 64 letters, digits, _ and -.')
}
