import type { FastifyRequest } from 'fastify'
import { mainNamespace } from '../simulator/store.js'

/** The prefix of a route, below which a namespace answers. A name of any other form is no route. */
export const namespacePrefix = '/ns/:namespace(^[A-Za-z0-9_-]{1,64}$)'

/** A path without its query, apart from the namespace before it. */
export function splitNamespace(url: string): { namespace: string; path: string } {
  const path = url.replace(/\?.*/s, '')
  const [, namespace, rest] = /^\/ns\/([A-Za-z0-9_-]{1,64})(\/.*)$/.exec(path) ?? []
  return namespace === undefined || rest === undefined ? { namespace: mainNamespace, path } : { namespace, path: rest }
}

/** The namespace that a request is meant for, also where no route takes it. */
export function namespaceName({ url, params }: Pick<FastifyRequest, 'url' | 'params'>): string {
  if (!url.startsWith('/ns/')) return mainNamespace
  const { namespace } = { namespace: undefined, ...(params as { namespace?: string } | undefined) }
  return namespace ?? splitNamespace(url).namespace
}
