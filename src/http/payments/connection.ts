import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Resolves after the given time, or as soon as the connection is closed. */
export function pause(socket: Socket, milliseconds: number): Promise<void> {
  return unlessGone(socket, (done) => {
    const timer = setTimeout(done, milliseconds)
    return () => clearTimeout(timer)
  })
}

/** Resolves when all earlier replies to a pipelining client are sent, or as soon as the connection is closed. */
export async function turnOf(response: ServerResponse, socket: Socket): Promise<void> {
  if (response.socket !== null) return
  await unlessGone(socket, (done) => {
    response.once('socket', done)
    return () => response.off('socket', done)
  })
}

/** Waits for `done`, unless the connection is closed first. `start` returns a function that stops the waiting. */
async function unlessGone(socket: Socket, start: (done: () => void) => () => void): Promise<void> {
  if (socket.destroyed) return
  await new Promise<void>((resolve) => {
    const stop = start(end)
    const release = whileOpen(socket, end)
    function end(): void {
      stop()
      release()
      resolve()
    }
  })
}

/** More calls than this on one connection have to wait until some are answered: no more is read. */
export const maxWaiting = 256

/** With so many, the connection is cut: whoever sends them reads no answers. */
const maxHeld = 8 * maxWaiting

/** How often it is looked whether the caller has left, where no more is read, in milliseconds. */
export const lookInterval = 1000

/** What waits on a connection. */
interface Waiting {
  ends: Set<() => void>
  /** Runs while no more is read. */
  look: NodeJS.Timeout | undefined
}

const waitingOn = new WeakMap<Socket, Waiting>()

/**
 * Calls `end` when the connection is gone. Returns how to wait no longer. A pipelining caller may have any number of calls
 * waiting on one connection, which has one listener for all of them.
 */
export function whileOpen(socket: Socket, end: () => void): () => void {
  const waiting = waitingOn.get(socket) ?? watch(socket)
  waiting.ends.add(end)
  if (waiting.ends.size > maxHeld) socket.destroy()
  else if (waiting.ends.size > maxWaiting) stopReading(socket, waiting)
  return () => {
    waiting.ends.delete(end)
    if (waiting.look !== undefined && waiting.ends.size <= maxWaiting / 2) readOn(socket, waiting)
  }
}

/** Counts a call as one that waits until the work for it is done. */
export function holdUntil(socket: Socket, work: Promise<unknown>): void {
  const release = whileOpen(socket, () => {})
  work.then(release, release)
}

function watch(socket: Socket): Waiting {
  const waiting: Waiting = { ends: new Set(), look: undefined }
  waitingOn.set(socket, waiting)
  socket.once('close', () => {
    clearTimeout(waiting.look)
    waiting.look = undefined
    for (const end of waiting.ends) end()
  })
  return waiting
}

/** Only who reads hears that the caller has left, so now and then some more is read. */
function stopReading(socket: Socket, waiting: Waiting): void {
  socket.pause()
  waiting.look ??= setTimeout(() => readOn(socket, waiting), lookInterval).unref()
}

function readOn(socket: Socket & { _paused?: boolean }, waiting: Waiting): void {
  clearTimeout(waiting.look)
  waiting.look = undefined
  // Node has stopped it, too, where answers wait to be read.
  if (socket._paused !== true) socket.resume()
}

const closeListeners = new WeakMap<Socket, Set<() => void>>()

/** Calls `onClose` when the connection is gone, without counting as waiting. Returns how to listen no longer. */
export function whenClosed(socket: Socket, onClose: () => void): () => void {
  const listeners = closeListeners.get(socket) ?? listenForClose(socket)
  listeners.add(onClose)
  return () => listeners.delete(onClose)
}

function listenForClose(socket: Socket): Set<() => void> {
  const listeners = new Set<() => void>()
  closeListeners.set(socket, listeners)
  socket.once('close', () => {
    for (const onClose of listeners) onClose()
  })
  return listeners
}

const tcpBelow = new WeakMap<Socket, Socket | undefined>()

/** Resets the connection (TCP RST). With TLS that needs the underlying TCP socket, found by `trackTcp`. */
export function resetConnection(socket: Socket): void {
  const tcp = tcpBelow.get(socket) ?? socket
  tcp.resetAndDestroy()
}

/**
 * Finds the TCP socket below each TLS socket. Node emits them separately, so they are matched by their addresses. On
 * close it destroys connections in the middle of a TLS handshake, which the server's own methods do not know.
 */
export function trackTcp(app: FastifyInstance): void {
  const handshaking = new Map<string, Socket>()
  app.server.on('connection', (tcp) => {
    const name = nameOf(tcp)
    handshaking.set(name, tcp)
    tcp.once('close', () => handshaking.delete(name))
  })
  app.server.on('secureConnection', (socket: Socket) => {
    tcpBelow.set(socket, handshaking.get(nameOf(socket)))
    handshaking.delete(nameOf(socket))
  })
  app.addHook('preClose', async () => {
    for (const tcp of handshaking.values()) tcp.destroy()
  })
}

function nameOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ')
}
