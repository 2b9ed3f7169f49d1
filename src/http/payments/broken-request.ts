import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { formatResponseTime } from '../../protocol/headers.js'
import { ResultError, resultOf } from '../../protocol/result.js'
import { renderEnvelope } from './answer.js'
import { contentType } from './respond.js'

/**
 * Answers what Node's HTTP parser could not read, or waited for in vain: the caller gets the envelope even then.
 * Calls that came whole before it on the same connection are answered first.
 */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Duplex, at: number): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const earlier = replyDueOn(socket)
  if (earlier?.req.complete === true) return void earlier.once('close', () => answerBrokenRequest(error, socket, at))
  const { resultCode, reason } = describeBrokenRequest(error.code)
  const body = renderEnvelope(resultOf(resultCode))
  const headers = [
    'HTTP/1.1 200 OK',
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    'x-sim-replayed: false',
    `x-sim-reason: ${reason}`,
    `response-time: ${formatResponseTime(at)}`,
  ]
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`)
}

/** Node keeps the reply whose turn it is there, and has no other way to ask for it. */
function replyDueOn(socket: Duplex & { _httpMessage?: ServerResponse | null }): ServerResponse | null | undefined {
  return socket._httpMessage
}

function describeBrokenRequest(code: string | undefined): ResultError {
  switch (code) {
    case 'HPE_INVALID_METHOD':
      return new ResultError('METHOD_NOT_SUPPORTED', { reason: 'the method is not known to HTTP' })
    case 'HPE_INVALID_URL':
      return new ResultError('NO_INTERFACE_DEF', { reason: 'the request target is not a URL' })
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ResultError('PARAM_ILLEGAL', { reason: 'the request did not end in time' })
    case 'HPE_HEADER_OVERFLOW':
      return new ResultError('PARAM_ILLEGAL', { reason: 'the headers are too large' })
    default:
      return new ResultError('PARAM_ILLEGAL', { reason: `the request is not HTTP (${code})` })
  }
}
