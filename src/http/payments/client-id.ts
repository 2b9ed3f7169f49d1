import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'

/** The Client-Id header as its sender wrote it. Several are joined with commas, as HTTP says. */
export function clientIdOf(headers: IncomingHttpHeaders): string | undefined {
  const onWire = clientIdOnWire(headers)
  if (onWire === undefined || !/[\x80-\xff]/.test(onWire)) return onWire
  const bytes = Buffer.from(onWire, 'latin1')
  return isUtf8(bytes) ? bytes.toString() : onWire
}

/** The same with each byte as a character, which is how Node reads headers, writes them, and how they are signed. */
export function clientIdOnWire(headers: IncomingHttpHeaders): string | undefined {
  return headers['client-id']?.toString()
}
