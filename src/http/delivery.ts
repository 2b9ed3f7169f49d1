import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, type Delivery, renderEnvelope } from './answer.js'
import { pause, resetConnection, turnOf } from './connection.js'

/** Waits as long as the step says, or until the client leaves. A slow body takes its time later, while it is sent. */
export async function waitBefore({ socket }: FastifyRequest, { delayMs, fault }: Delivery): Promise<void> {
  if (delayMs > 0 && fault !== 'slow-body') await pause(socket, delayMs)
}

/** The body of a reply, and what a signature of it is made over. */
export function renderBody({ result, delivery }: Answer): string {
  const envelope = renderEnvelope(result)
  return delivery.fault === 'malformed-json' ? envelope.slice(0, -1) : envelope
}

/** Sends the reply, with the harm that its step asks for. A client that has left gets nothing. */
export async function deliver(
  { socket }: FastifyRequest,
  reply: FastifyReply,
  { fault, delayMs }: Delivery,
  body: string,
): Promise<FastifyReply> {
  if (socket.destroyed) return reply.hijack()
  if (fault === undefined || fault === 'malformed-json') return reply.send(body)
  reply.hijack()
  await turnOf(reply.raw, socket)
  if (socket.destroyed) return reply
  switch (fault) {
    case 'connection-reset':
      resetConnection(socket)
      break
    case 'empty-reply':
      socket.destroySoon()
      break
    case 'no-reply':
      break
    case 'truncated-body':
      truncate(socket, startReply(reply, body), Buffer.from(body))
      break
    case 'slow-body':
      await dribble(socket, startReply(reply, body), Buffer.from(body), delayMs)
      break
    default:
      fault satisfies never
  }
  return reply
}

/** Sends the head of a reply past Fastify. */
function startReply(reply: FastifyReply, body: string): ServerResponse {
  const headers = reply.getHeaders() as OutgoingHttpHeaders
  reply.raw.writeHead(reply.statusCode, { ...headers, 'content-length': Buffer.byteLength(body) })
  reply.raw.flushHeaders()
  return reply.raw
}

function truncate(socket: Socket, response: ServerResponse, body: Buffer): void {
  response.write(body.subarray(0, body.length / 2))
  socket.destroySoon()
}

/** The least time between two pieces of a slow body, in milliseconds. */
const shortestPause = 10

async function dribble(socket: Socket, response: ServerResponse, body: Buffer, milliseconds: number): Promise<void> {
  const size = Math.ceil(body.length / Math.max(1, milliseconds / shortestPause))
  const pieces = Math.ceil(body.length / size)
  for (let start = 0; start < body.length; start += size) {
    await pause(socket, milliseconds / pieces)
    if (socket.destroyed) return
    response.write(body.subarray(start, start + size))
  }
  response.end()
}
