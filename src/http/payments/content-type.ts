import type { IncomingHttpHeaders } from 'node:http'
import fastContentType from 'fast-content-type-parse'
import { ResultError } from '../../protocol/result.js'

/** Clients send the same one with each call. */
let lastAccepted: string | undefined = 'application/json'

/** @throws ResultError MEDIA_TYPE_NOT_ACCEPTABLE unless the Content-Type is absent or JSON in UTF-8 */
export function checkContentType({ 'content-type': contentType }: IncomingHttpHeaders): void {
  if (contentType === undefined || contentType === lastAccepted) return
  const { type, parameters } = fastContentType.safeParse(contentType)
  if (!/^application\/([\w.!#$&^-]+\+)?json$/.test(type)) refuseMediaType(`the Content-Type ${contentType} is not JSON`)
  const { charset = 'utf-8' } = parameters
  if (!/^utf-?8$/i.test(charset)) refuseMediaType(`the charset ${charset} is not UTF-8`)
  lastAccepted = contentType
}

export function refuseMediaType(reason: string): never {
  throw new ResultError('MEDIA_TYPE_NOT_ACCEPTABLE', { reason })
}
