import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import fastContentType from 'fast-content-type-parse'
import { ResultError } from '../protocol/result.js'

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

/** @throws ResultError PARAM_ILLEGAL unless there are bytes, in UTF-8 */
export function textOf(bytes: Buffer | undefined): string {
  if (bytes === undefined || bytes.length === 0) refuseBody('the body is empty')
  const text = bytes.toString()
  // Only a text with the replacement character can come from other bytes.
  if (text.includes('\ufffd') && !isUtf8(bytes)) refuseBody('the body is not UTF-8')
  return text
}

/** @throws ResultError PARAM_ILLEGAL unless the text is JSON */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return refuseBody(`the body is not JSON: ${(error as SyntaxError).message}`)
  }
}

function refuseBody(reason: string): never {
  throw new ResultError('PARAM_ILLEGAL', { reason })
}
