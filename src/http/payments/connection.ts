import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Settles after the milliseconds, or as soon as the connection is gone. Any number may wait at once. */
export function pause(socket: Socket, milliseconds: number): Promise<void> {
  return unlessGone(socket, (done) => {
    const timer = setTimeout(done, milliseconds)
    return () => clearTimeout(timer)
  })
}

/** Settles when all earlier replies of a pipelining client are out, or as soon as the connection is gone. */
export async function turnOf(response: ServerResponse, socket: Socket): Promise<void> {
  if (response.socket !== null) return
  await unlessGone(socket, (done) => {
    response.once('socket', done)
    return () => response.off('socket', done)
  })
}

/** `start` begins to wait for something else, and returns what ends that. */
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

/** Cuts the connection by a TCP RST. With TLS that needs the TCP socket below, which `trackTcp` has found. */
export function resetConnection(socket: Socket): void {
  const tcp = tcpBelow.get(socket) ?? socket
  tcp.resetAndDestroy()
}

/**
 * Finds the TCP socket below each TLS socket: Node hands them out apart, so they are joined by their addresses. On
 * close it cuts the connections whose TLS handshake is not done, which the server's own methods do not know.
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
