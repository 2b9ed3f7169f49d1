import type { IncomingHttpHeaders } from 'node:http'
import fastContentType from 'fast-content-type-parse'
import { ResultError } from '../../protocol/result.js'

/** Caches the last accepted value, since clients send the same Content-Type with each call. */
export function createContentTypeCheck(): (headers: IncomingHttpHeaders) => void {
  let lastAccepted: string | undefined
  return (headers) => {
    const { 'content-type': contentType } = headers
    if (contentType === undefined || contentType === lastAccepted) return
    if (contentType.includes(',')) headers['content-type'] = joinedType(contentType)
    else checkContentType(contentType)
    lastAccepted = headers['content-type']
  }
}

/**
 * One type for a header that was sent twice and joined on its way by a proxy. Fastify would take it for malformed.
 * @throws ResultError MEDIA_TYPE_NOT_ACCEPTABLE unless each of them is JSON in UTF-8
 */
function joinedType(contentType: string): string {
  contentType.split(',').forEach(checkContentType)
  return 'application/json'
}

/** @throws ResultError MEDIA_TYPE_NOT_ACCEPTABLE unless it is JSON in UTF-8 */
function checkContentType(contentType: string): void {
  const { type, parameters } = fastContentType.safeParse(contentType)
  if (!/^application\/([\w.!#$&^-]+\+)?json$/.test(type)) refuseMediaType(`the Content-Type ${contentType} is not JSON`)
  const { charset = 'utf-8' } = parameters
  if (!/^utf-?8$/i.test(charset)) refuseMediaType(`the charset ${charset} is not UTF-8`)
}

export function refuseMediaType(reason: string): never {
  throw new ResultError('MEDIA_TYPE_NOT_ACCEPTABLE', { reason })
}
