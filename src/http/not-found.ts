import type { FastifyReply, FastifyRequest } from 'fastify'
import { ResultError } from '../protocol/result.js'
import { nearest } from '../scenarios/did-you-mean.js'
import { mainNamespace } from '../simulator/store.js'
import { splitNamespace } from './namespace.js'
import { amsNotServed, isAmsPath } from './payments/served.js'
import { sendProblem } from './problem-document.js'

/**
 * Answers requests without a route: with the envelope of the API, except for pages and the control API. Browsers that ask
 * for `/` are sent to `home`.
 */
export function notFound(
  apiPaths: readonly string[],
  { home, isAmsServed }: { home: '/ui' | '/docs'; isAmsServed: () => boolean },
) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { namespace, path } = splitNamespace(request.url)
    const isMain = namespace === mainNamespace
    if (isMain && path === '/' && isBrowser(request)) return reply.redirect(home)
    if (/^\/(__admin|ui)(\/|$)/.test(path) || (isMain && /^\/docs(\/|$)/.test(path))) return noPage(request, reply)
    if (isAmsPath(path)) {
      request.profile = 'ams'
      if (!isAmsServed()) throw amsNotServed(path)
    }
    if (apiPaths.includes(path) || isAmsPath(path))
      throw new ResultError('METHOD_NOT_SUPPORTED', { reason: `the method is ${request.method}, not POST` })
    throw new ResultError('NO_INTERFACE_DEF', { reason: unknownPath(path, apiPaths) })
  }
}

/** Answers a request for a page, or a call of the control API, that is not there. */
export function noPage({ method, url }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const detail = `nothing answers ${method} ${url.replace(/\?.*/s, '')}`
  return sendProblem(reply, { status: 404, title: 'Not Found', detail })
}

function unknownPath(path: string, apiPaths: readonly string[]): string {
  const near = nearest(path, apiPaths)
  const advice = near === undefined ? '' : ` (did you mean ${near}?)`
  return `no API is defined at ${path}${advice}; the API is at ${apiPaths.join(', ')}`
}

function isBrowser({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true
}
