import { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { createPerSecond } from './per-second.js'

/** Node keeps the head of a reply in this field until it is sent; there is no public way to set it. */
type Response = ServerResponse & { _header: string | null }

const dateOf = createPerSecond((at) => new Date(at).toUTCString())

interface PlainReply {
  httpStatus: number
  /** Names and values by turns. */
  headers: readonly string[]
  body: string | Buffer
  /** Whether the connection ends with it. */
  isLast: boolean
}

/**
 * Sends a reply as one text, with the bytes that Node's own way has: that one checks and puts together each header, and
 * hands head, body and end to the socket one by one. See docs/design/one-write.md. Returns false where it does not know
 * how; then nothing is sent.
 */
export function sendInOneWrite({ raw, request, server }: FastifyReply, plain: PlainReply): boolean {
  const response = raw as Response
  const { httpStatus, headers, body, isLast } = plain
  const isOrdinary = httpStatus === 200 && !isLast && request.method === 'POST'
  if (!isOrdinary || typeof body !== 'string' || !isAscii(body) || !isUntouched(response)) return false
  let head = 'HTTP/1.1 200 OK\r\n'
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`
  const seconds = Math.floor(server.server.keepAliveTimeout / 1000)
  const end = `Date: ${dateOf(Date.now())}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`
  response._header = head + end + body
  response.end()
  return true
}

/** Whether the connection goes on, nobody has set a header, and it is a real one: `inject` reads other fields. */
function isUntouched(response: Response): boolean {
  const isReal = response.constructor === ServerResponse
  return isReal && response.shouldKeepAlive && response.getHeaderNames().length === 0
}

/** The head goes out in Latin-1, and the body with it. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}
