import type { IncomingHttpHeaders } from 'node:http'

/** The Client-Id header; several of them are joined, as HTTP says. */
export function clientIdOf(headers: IncomingHttpHeaders): string | undefined {
  return headers['client-id']?.toString()
}
