import type { FastifyRequest } from 'fastify'
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

/** The namespace that a request is meant for, also where no route takes it. */
export function namespaceName({ url, params }: Pick<FastifyRequest, 'url' | 'params'>): string {
  if (!url.startsWith('/ns/')) return mainNamespace
  const { namespace } = { namespace: undefined, ...(params as { namespace?: string } | undefined) }
  return namespace ?? splitNamespace(url).namespace
}
