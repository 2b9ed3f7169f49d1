import type { FastifyRequest } from 'fastify'
import { ResultError } from '../protocol/result.js'
import { mainNamespace } from '../simulator/store.js'

/** What a namespace may be called, as the source of a regular expression. */
export const namespacePattern = '[A-Za-z0-9_-]{1,64}'

/** The prefix of a route, below which a namespace answers. A name of any other form is no route. */
export const namespacePrefix = `/ns/:namespace(^${namespacePattern}$)`

const belowNamespace = new RegExp(`^/ns/(${namespacePattern})(/.*)$`)

/** Splits a URL into namespace and path, without the query. */
export function splitNamespace(url: string): { namespace: string; path: string } {
  const path = url.replace(/\?.*/s, '')
  const [, namespace, rest] = belowNamespace.exec(path) ?? []
  return namespace === undefined || rest === undefined ? { namespace: mainNamespace, path } : { namespace, path: rest }
}

/** The namespace that the path of a request names, also where no route takes it. */
export function namespaceName({ url, params }: Pick<FastifyRequest, 'url' | 'params'>): string {
  // Percent-encoded, as in /n%73/x, only the router knows it.
  const { namespace } = (params ?? {}) as { namespace?: string }
  return namespace ?? (url.startsWith('/ns/') ? splitNamespace(url).namespace : mainNamespace)
}

/** Names the namespace of a call whose path cannot, since it is what its caller signs. */
const header = 'x-sim-namespace'

/** The namespace that a call of the API is meant for: by its path, else by its header, else by its entry in the clients file. */
export function callNamespace(request: FastifyRequest): string {
  const byPath = namespaceName(request)
  if (byPath !== mainNamespace) return byPath
  const byHeader = request.headers[header]
  if (byHeader !== undefined && namespaceText.test(String(byHeader))) return String(byHeader)
  return request.caller?.client.namespace ?? mainNamespace
}

const namespaceText = /^[A-Za-z0-9_-]{1,64}$/

/** @throws ResultError PARAM_ILLEGAL where the header is not the name of a namespace */
export function checkNamespaceHeader({ headers }: FastifyRequest): void {
  const name = headers[header]
  if (name === undefined || namespaceText.test(String(name))) return
  const reason = `the X-Sim-Namespace header is "${name}": a namespace is named with 1 to 64 letters, digits, _ and -`
  throw new ResultError('PARAM_ILLEGAL', { reason })
}
