import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http'
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
export async function send({ timeout, ...request }: SentRequest): Promise<Received> {
  const limit = new AbortController()
  // Unlike that of AbortSignal.timeout, this timer keeps the process alive until it is known what came of the request.
  const timer = setTimeout(() => limit.abort(), timeout)
  return exchange(request, limit.signal)
    .catch((error) => {
      throw limit.signal.aborted ? new Error(`no answer within ${timeout / 1000} s`) : error
    })
    .finally(() => clearTimeout(timer))
}

async function exchange(request: Omit<SentRequest, 'timeout'>, signal: AbortSignal): Promise<Received> {
  const reply = await open(request, signal)
  const { statusCode, headers } = reply
  return { status: Number(statusCode), headers, body: await buffer(reply) }
}

/** Sends a request; the reply may be read as it comes. @throws Error with the reason when no answer begins */
export function open(
  { url, body, tls, ...options }: Omit<SentRequest, 'timeout'>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, ...tls, signal }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Why no answer came, in a few words: OpenSSL's own messages tell more of its sources than of the reason. */
export function reasonOf(error: Error & { reason?: string; code?: string }): string {
  return error.reason ?? (error.message || String(error.code))
}
