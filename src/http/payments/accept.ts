import type { IncomingHttpHeaders } from 'node:http'
import Negotiator from 'negotiator'
import { refuseMediaType } from './content-type.js'

/** All that is JSON in UTF-8: with a charset in a header, only the same one fits. */
const accepted = ['application/json', 'application/json;charset=utf-8', 'application/json;charset=utf8']

/** @throws ResultError MEDIA_TYPE_NOT_ACCEPTABLE unless the Accept header is absent or allows JSON */
export function checkAccept(headers: IncomingHttpHeaders): void {
  if (new Negotiator({ headers }).mediaType(accepted) === undefined)
    refuseMediaType(`the Accept header ${headers.accept} does not allow application/json`)
}
