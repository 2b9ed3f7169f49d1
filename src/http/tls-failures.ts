import type { Server } from 'node:tls'
import type { FastifyBaseLogger } from 'fastify'

export interface TlsFailuresOptions {
  log: FastifyBaseLogger
  now: () => number
  /** Told of each failure, those without a line of their own, too. */
  count: () => void
}

/** The least time between two lines, in milliseconds: a port scan or a client that retries must not fill the log. */
const pause = 1000

/** Logs why connections come to nothing before there is any request on them. */
export function logTlsFailures(server: Server, { log, now, count }: TlsFailuresOptions): void {
  let silentUntil = 0
  let unlogged = 0
  server.on('tlsClientError', (error, { remoteAddress, remotePort }) => {
    count()
    const at = now()
    if (at < silentUntil) {
      unlogged++
      return
    }
    const peer = remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`
    log.warn({ peer, reason: reasonOf(error), unlogged }, 'TLS handshake failed')
    silentUntil = at + pause
    unlogged = 0
  })
}

/** OpenSSL's own messages tell more of its sources than of the reason. */
function reasonOf({ code, reason, message }: Error & { code?: string; reason?: string }): string {
  if (code === 'ERR_SSL_HTTP_REQUEST') return 'plain HTTP on an HTTPS port: the address has to start with https://'
  if (code === 'ECONNRESET') return 'the client left; it may not trust the certificate of this server'
  return reason ?? message
}
