import type { FastifyReply, FastifyRequest } from 'fastify'
import { ResultError } from '../protocol/result.js'
import { mainNamespace } from '../simulator/store.js'
import { splitNamespace } from './namespace.js'
import { amsNotServed, isAmsPath } from './payments/served.js'
import { sendProblem } from './problem-document.js'

/** Answers requests that no route takes: the API's own way, but for what people and tools look for. */
export function notFound(apiPaths: readonly string[], isAmsServed: () => boolean) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { namespace, path } = splitNamespace(request.url)
    const isMain = namespace === mainNamespace
    if (isMain && path === '/' && isBrowser(request)) return reply.redirect('/docs')
    if (/^\/__admin(\/|$)/.test(path) || (isMain && /^\/docs(\/|$)/.test(path)))
      return sendProblem(reply, {
        status: 404,
        title: 'Not Found',
        detail: `nothing answers ${request.method} ${request.url.replace(/\?.*/s, '')}`,
      })
    if (isAmsPath(path)) {
      request.profile = 'ams'
      if (!isAmsServed()) throw amsNotServed(path)
    }
    if (apiPaths.includes(path) || isAmsPath(path))
      throw new ResultError('METHOD_NOT_SUPPORTED', { reason: `the method is ${request.method}, not POST` })
    throw new ResultError('NO_INTERFACE_DEF', { reason: `no API is defined at ${path}` })
  }
}

function isBrowser({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true
}
