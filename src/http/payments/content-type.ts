import type { IncomingHttpHeaders } from 'node:http'
import fastContentType from 'fast-content-type-parse'
import { ResultError } from '../../protocol/result.js'

/** Caches the last accepted value, since clients send the same Content-Type with each call. */
export function createContentTypeCheck(): (headers: IncomingHttpHeaders) => void {
  let lastAccepted: string | undefined
  return ({ 'content-type': contentType }) => {
    if (contentType === undefined || contentType === lastAccepted) return
    checkContentType(contentType)
    lastAccepted = contentType
  }
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
