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
    // A pipelining client may have any number of calls waiting on one connection.
    socket.setMaxListeners(0).once('close', end)
    function end(): void {
      stop()
      socket.off('close', end)
      resolve()
    }
  })
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
