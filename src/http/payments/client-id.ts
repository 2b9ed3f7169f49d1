import type { IncomingHttpHeaders } from 'node:http'

/** The Client-Id header. Several are joined with commas, as HTTP says. */
export function clientIdOf(headers: IncomingHttpHeaders): string | undefined {
  return headers['client-id']?.toString()
}
