import type { IncomingHttpHeaders } from 'node:http'
import Negotiator from 'negotiator'
import { refuseMediaType } from './content-type.js'

/** @throws ResultError MEDIA_TYPE_NOT_ACCEPTABLE unless the Accept header is absent or allows JSON */
export function checkAccept(headers: IncomingHttpHeaders): void {
  if (new Negotiator({ headers }).mediaType(['application/json']) === undefined)
    refuseMediaType(`the Accept header ${headers.accept} does not allow application/json`)
}
