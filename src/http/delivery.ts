import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Fault } from '../scenarios/schema.js'
import { type Awaitable, after } from '../simulator/store.js'
import { type Answer, type Delivery, renderEnvelope } from './answer.js'
import { pause, resetConnection, turnOf } from './connection.js'

/** Waits as long as the step says, or until the client leaves. A slow body takes its time later, while it is sent. */
export function waitBefore({ socket }: FastifyRequest, { delayMs, fault }: Delivery): Awaitable<void> {
  if (delayMs > 0 && fault !== 'slow-body') return pause(socket, delayMs)
}

/** The body of a reply as the client gets to see it, so that it can be signed. */
export function renderBody({ result, delivery }: Answer): string {
  const envelope = renderEnvelope(result)
  return delivery.fault === 'malformed-json' ? envelope.slice(0, -1) : envelope
}

/** Sends the reply, with the harm that its step asks for. A client that has left gets nothing. */
export function deliver(reply: FastifyReply, { fault, delayMs }: Delivery, body: string): Awaitable<void> {
  const { socket } = reply.request
  if (socket.destroyed) reply.hijack()
  else if (fault === undefined || fault === 'malformed-json') reply.send(body)
  else {
    reply.hijack()
    return after(turnOf(reply.raw, socket), () => (socket.destroyed ? undefined : harms[fault](reply, body, delayMs)))
  }
}

type Harm = (reply: FastifyReply, body: string, delayMs: number) => void | Promise<void>

/** What is done to a reply whose turn has come. */
const harms: Readonly<Record<Exclude<Fault, 'malformed-json'>, Harm>> = {
  'connection-reset': ({ request }) => resetConnection(request.socket),
  'empty-reply': ({ request }) => request.socket.destroySoon(),
  // Nothing limits how long a call may take, so only the client ends it.
  'no-reply': () => {},
  'truncated-body': truncate,
  'slow-body': dribble,
}

function truncate(reply: FastifyReply, body: string): void {
  const bytes = Buffer.from(body)
  startReply(reply, bytes.length).write(bytes.subarray(0, bytes.length / 2))
  reply.request.socket.destroySoon()
}

/** The least time between two pieces of a slow body, in milliseconds. */
const shortestPause = 10

async function dribble(reply: FastifyReply, body: string, delayMs: number): Promise<void> {
  const { socket } = reply.request
  const bytes = Buffer.from(body)
  const response = startReply(reply, bytes.length)
  const size = Math.ceil(bytes.length / Math.max(1, delayMs / shortestPause))
  const pieces = Math.ceil(bytes.length / size)
  for (let start = 0; start < bytes.length; start += size) {
    await pause(socket, delayMs / pieces)
    if (socket.destroyed) return
    response.write(bytes.subarray(start, start + size))
  }
  response.end()
}

/** Sends the head of a reply past Fastify. */
function startReply(reply: FastifyReply, contentLength: number): ServerResponse {
  const headers = reply.getHeaders() as OutgoingHttpHeaders
  reply.raw.writeHead(reply.statusCode, { ...headers, 'content-length': contentLength }).flushHeaders()
  return reply.raw
}
