import { type Agent, type IncomingHttpHeaders, request as requestHttp } from 'node:http'
import { type RequestOptions, request as requestHttps } from 'node:https'
import { buffer } from 'node:stream/consumers'

export interface SentRequest {
  url: string
  method: string
  headers?: Record<string, string>
  body?: Uint8Array
  /** Keeps connections alive for further requests. */
  agent?: Agent | undefined
  tls?: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'>
  /** The time limit for the whole answer, in milliseconds. */
  timeout: number
}

export interface Received {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Sends a request over HTTP or HTTPS. @throws Error with the reason when no whole answer comes */
export function send({ url, body, tls, timeout, ...options }: SentRequest): Promise<Received> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  const signal = AbortSignal.timeout(timeout)
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? new Error(`no answer within ${timeout / 1000} s`) : error)
    const sent = request(url, { ...options, ...tls, signal }, (reply) => {
      const { statusCode, headers } = reply
      buffer(reply).then((received) => resolve({ status: Number(statusCode), headers, body: received }), fail)
    })
    sent.on('error', fail)
    sent.end(body)
  })
}

/** Why no answer came: for TLS the short reason, since OpenSSL's messages name its source files. */
export function reasonOf(error: Error & { reason?: string }): string {
  return error.reason ?? error.message
}
