import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { formatResponseTime } from '../../protocol/headers.js'
import type { Profile } from '../../protocol/profile.js'
import { ResultError } from '../../protocol/result.js'
import { after } from '../../simulator/awaitable.js'
import type { JournalRecord } from '../../simulator/journal.js'
import { splitNamespace } from '../namespace.js'
import { type Answer, renderEnvelope, toRefusal } from './answer.js'
import { contentType, type ResponderOptions, unlessFailed } from './respond.js'
import { profileBefore } from './served.js'

/** Node's types are wrong about the packet. */
type BrokenRequest = Error & { code?: string; rawPacket?: unknown; bytesParsed?: number }

interface BrokenRequestOptions extends Omit<ResponderOptions, 'signing'> {
  /** Whom the simulator plays. */
  profile: Profile
}

/**
 * Answers a request that Node's HTTP parser could not read, or that timed out, with the envelope of the API. Complete
 * requests before it on the same connection are answered first.
 */
export function createBrokenRequestHandler({ simulator, observe, log, now, profile }: BrokenRequestOptions) {
  const warn = (reason: unknown) => log.warn({ reason: String(reason) }, 'the answer is not in the journal')

  return handle

  function handle(error: BrokenRequest, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const current = replyDueOn(socket)
    if (current?.req.complete === true) return void current.once('close', () => handle(error, socket))
    const at = now()
    const answer = toRefusal(describeBrokenRequest(error.code), profileBefore(profile))
    const { method, path } = current?.req === undefined ? requestLineOf(error) : targetOf(current.req)
    const peer = `${socket.remoteAddress} ${socket.remotePort}`
    log.info({ peer, method, url: path, resultCode: answer.result.resultCode, reason: answer.reason }, 'not readable')
    // A request whose headers came is journaled and counted by its own handler, which is waiting for the rest.
    if (current) send(socket, answer, at)
    else record(socket, answer, { method, path, at })
  }

  function record(socket: Socket, answer: Answer, call: Target & { at: number }): void {
    observe(answer, 0)
    const written = simulator.namespace(splitNamespace(call.path).namespace).record(toBrokenRecord(answer, call))
    after(unlessFailed(written, warn), () => send(socket, answer, call.at))
  }
}

/** Node keeps the current reply of a connection in this field; there is no public way to get it. */
function replyDueOn(socket: Socket & { _httpMessage?: ServerResponse | null }): ServerResponse | null | undefined {
  return socket._httpMessage
}

interface Target {
  method: string
  path: string
}

function targetOf({ method = '', url = '' }: IncomingMessage): Target {
  return { method, path: url }
}

/** What the bytes say before the place where the parser gave up; nothing where there is no request line. */
function requestLineOf({ rawPacket, bytesParsed = 0 }: BrokenRequest): Target {
  const text = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1') : ''
  const lines = text.matchAll(/^([A-Z]+) ([!-~]+)(?: |$)/gm)
  const [, method = '', path = ''] = [...lines].findLast(({ index }) => index <= bytesParsed) ?? []
  return { method, path }
}

function toBrokenRecord(
  { result, delivery, reason, profile }: Answer,
  { method, path, at }: Target & { at: number },
): JournalRecord {
  return {
    at,
    durationMs: 0,
    clientId: undefined,
    method,
    path,
    headers: [],
    body: undefined,
    profile,
    acquirerId: undefined,
    pspId: undefined,
    paymentRequestId: undefined,
    paymentId: undefined,
    rule: undefined,
    attempt: undefined,
    replayed: false,
    result,
    ...delivery,
    heldMs: undefined,
    expect: undefined,
    callerLeft: false,
    reason,
  }
}

function send(socket: Socket, { result, reason }: Answer, at: number): void {
  const body = renderEnvelope(result)
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

const tunnel = 'CONNECT'

/** Node hands over a request for a tunnel with its connection, since no reply like others can be given. */
export function brokenTunnel({ url }: IncomingMessage): BrokenRequest {
  const rawPacket = Buffer.from(`${tunnel} ${url} HTTP/1.1`)
  return Object.assign(new Error(tunnel), { code: tunnel, rawPacket, bytesParsed: rawPacket.length })
}

function describeBrokenRequest(code: string | undefined): ResultError {
  switch (code) {
    case 'HPE_INVALID_METHOD':
      return new ResultError('METHOD_NOT_SUPPORTED', { reason: 'the method is not known to HTTP' })
    case tunnel:
      return new ResultError('METHOD_NOT_SUPPORTED', { reason: 'the method is CONNECT, not POST' })
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
