import { BlockList, isIPv6 } from 'node:net'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { sendProblem } from './problem-document.js'

export interface ForeignPagesOptions {
  /** Names without port that pages of this simulator may be known by, beside those of the machine itself. */
  allowHosts: readonly string[]
  log: FastifyBaseLogger
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void

/** Hooks that keep out pages of other sites in the browser of somebody who can reach the simulator. */
export interface ForeignPages {
  /**
   * Refuses a name that is not this machine's, where only this machine can connect: a site that makes its own name
   * point to 127.0.0.1 could read everything else.
   */
  refuseHost: Hook
  /** Refuses what a page of another origin sends: a browser sends it even where the page may not read the answer. */
  refuseOrigin: Hook
}

export function createForeignPages({ allowHosts, log }: ForeignPagesOptions): ForeignPages {
  const allowed = new Set(allowHosts.map((name) => hostnameOf(name)))
  const refuse = (request: FastifyRequest, reply: FastifyReply, detail: string) => {
    const { method, url, ip } = request
    log.warn({ method, url, ip }, detail)
    sendProblem(reply, { status: 403, title: 'Forbidden', detail })
  }

  return {
    refuseHost(request, reply, done) {
      const { host } = request.headers
      if (host === undefined || !listensOnLoopback(request)) return done()
      const name = hostnameOf(host)
      if (name !== undefined && (isLoopback(name) || allowed.has(name))) return done()
      refuse(request, reply, `the Host ${host} is not a name of this machine; --allow-host ${name} would allow it`)
    },
    refuseOrigin(request, reply, done) {
      const { origin, ...headers } = request.headers
      if (origin === undefined || isOwn(origin, headers)) return done()
      const name = URL.canParse(origin) ? new URL(origin).hostname : undefined
      if (name !== undefined && allowed.has(name)) return done()
      const advice = name === undefined ? '' : `; --allow-host ${name} would allow it`
      refuse(request, reply, `a page of another origin, ${origin}, may not use the control API${advice}`)
    },
  }
}

function listensOnLoopback({ server }: FastifyRequest): boolean {
  const address = server.server.address()
  return address !== null && typeof address === 'object' && isLoopback(address.address)
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

function isLoopback(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  const address = name.replace(/^\[(.*)\]$/, '$1')
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** A host without its port, in the one spelling that URLs have. */
function hostnameOf(host: string): string | undefined {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined
}

/** Whether a page came from here, also through a proxy that names the host that it was asked for. */
function isOwn(origin: string, { host, 'x-forwarded-host': forwarded }: FastifyRequest['headers']): boolean {
  const [first] = String(forwarded).split(',', 1)
  return [host, first].some((each) => URL.canParse(origin) && isSameHost(new URL(origin), each))
}

function isSameHost({ protocol, host }: URL, other: string | undefined): boolean {
  const address = `${protocol}//${other?.trim()}`
  return URL.canParse(address) && new URL(address).host === host
}
