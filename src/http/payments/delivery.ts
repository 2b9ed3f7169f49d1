import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Fault } from '../../scenarios/schema.js'
import { type Awaitable, after } from '../../simulator/awaitable.js'
import { type Answer, type Delivery, renderEnvelope } from './answer.js'
import { pause, resetConnection, turnOf } from './connection.js'
import { sendInOneWrite } from './one-write.js'

/** A reply as it goes over the wire. */
interface Message {
  /** Names and values by turns. */
  headers: string[]
  body: string | Buffer
  /** Whether the connection ends with it. */
  isLast: boolean
}

/** Waits as long as the step says, or until the client leaves. A slow body takes its time later, while it is sent. */
export function waitBefore({ socket }: FastifyRequest, { delayMs, fault }: Delivery): Awaitable<void> {
  if (delayMs > 0 && fault !== 'slow-body') return pause(socket, delayMs)
}

/** The body of a reply as the client gets to see it, so that it can be signed. */
export function renderBody({ result, fields, delivery: { fault } }: Answer): string {
  const envelope = renderEnvelope(result, fields)
  return isBodyFault(fault) ? bodyFaults[fault](envelope) : envelope
}

type BodyFault = 'malformed-json' | 'missing-status'

/** Faults that are in the body alone: the reply goes out whole. */
const bodyFaults: Readonly<Record<BodyFault, (envelope: string) => string>> = {
  'malformed-json': (envelope) => envelope.slice(0, -1),
  'missing-status': (envelope) => envelope.replace(/"resultStatus":"[SFU]",/, ''),
}

function isBodyFault(fault: Fault | undefined): fault is BodyFault {
  return fault === 'malformed-json' || fault === 'missing-status'
}

/** Sends the reply, with the fault of its step. A client that has left gets nothing. */
export function deliver(reply: FastifyReply, delivery: Delivery, { headers, body, isLast }: Message): Awaitable<void> {
  const { raw: response, request } = reply
  const { socket } = request
  const { httpStatus, fault, delayMs } = delivery
  // Past Fastify, which would copy all headers twice.
  reply.hijack()
  if (socket.destroyed) return
  const outgoing = { response, socket, httpStatus, headers, body, isLast, delayMs }
  if (fault === undefined || isBodyFault(fault)) {
    if (!sendInOneWrite(reply, outgoing)) startReply(outgoing).end(body)
  } else return after(turnOf(response, socket), () => (socket.destroyed ? undefined : faultHandlers[fault](outgoing)))
}

interface Outgoing extends Message {
  response: ServerResponse
  socket: Socket
  httpStatus: number
  delayMs: number
}

type FaultHandler = (outgoing: Outgoing) => void | Promise<void>

/** What is done to a reply whose turn has come. */
const faultHandlers: Readonly<Record<Exclude<Fault, BodyFault>, FaultHandler>> = {
  'connection-reset': ({ socket }) => resetConnection(socket),
  'empty-reply': ({ socket }) => socket.destroySoon(),
  // Nothing limits how long a call may take, so only the client ends it.
  'no-reply': () => {},
  'truncated-body': truncate,
  'slow-body': sendSlowly,
}

function truncate(outgoing: Outgoing): void {
  const bytes = Buffer.from(outgoing.body)
  startReply(outgoing).write(bytes.subarray(0, bytes.length / 2))
  outgoing.socket.destroySoon()
}

/** The least time between two pieces of a slow body, in milliseconds. */
const shortestPause = 10

async function sendSlowly(outgoing: Outgoing): Promise<void> {
  const { socket, body, delayMs } = outgoing
  const bytes = Buffer.from(body)
  const response = startReply(outgoing)
  // The head alone. flushHeaders would encode bytes beyond ASCII in it once more.
  response.write('', 'latin1')
  const size = Math.ceil(bytes.length / Math.max(1, delayMs / shortestPause))
  const pieces = Math.ceil(bytes.length / size)
  for (let start = 0; start < bytes.length; start += size) {
    await pause(socket, delayMs / pieces)
    if (socket.destroyed) return
    response.write(bytes.subarray(start, start + size))
  }
  response.end()
}

/** The head of a reply, which goes out with the first bytes of its body. */
function startReply({ response, httpStatus, headers }: Outgoing): ServerResponse {
  return response.writeHead(httpStatus, headers)
}
