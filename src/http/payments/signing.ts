import type { KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { CancelPaymentRequest } from '../../protocol/cancel-payment.js'
import { diagnoseSignature, type NamedKey } from '../../protocol/diagnosis.js'
import { type KeyPair, makeKeyPair } from '../../protocol/keys.js'
import { ResultError } from '../../protocol/result.js'
import {
  contentToSign,
  formatSignatureHeader,
  parseSignatureHeader,
  type SignatureHeader,
  type SignedMessage,
  signContent,
  verifyHeader,
} from '../../protocol/signature.js'
import type { Client, Clients } from '../../scenarios/clients.js'
import { didYouMean } from '../../scenarios/did-you-mean.js'
import { matchesPattern } from '../../scenarios/pattern.js'
import type { SignatureFlaw } from '../../scenarios/schema.js'
import type { Awaitable } from '../../simulator/awaitable.js'
import { clientIdOf, clientIdOnWire } from './client-id.js'
import { originForm } from './origin-form.js'
import { createSignatureCache } from './signature-cache.js'

export const signModes = ['auto', 'always', 'never'] as const
/** auto: a reply is signed iff its request carries a Signature header. */
export type SignMode = (typeof signModes)[number]

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, where a clients file says who may. */
    caller: Caller | undefined
    /** What its caller has signed of the path, where that is not all of it. */
    signedPath: string | undefined
  }
}

interface Caller {
  client: Client
  /** All that were registered when the call came. */
  clients: Clients
  /** Taken apart; of a missing one, all parts are missing. */
  signature: SignatureHeader
  /** The key that the signature has to be made with. */
  publicKey: KeyObject
}

/** What applies where nothing is said. */
export const signingDefaults = { sign: 'auto', keyVersion: 1 } as const

export interface SigningOptions {
  /** Who may call; nothing where anybody may, unsigned too. */
  clients?: (() => Clients) | undefined
  sign?: SignMode
  /** The simulator's own pair, which signs replies. Made at first need where there is none. */
  ownKey?: KeyPair | undefined
  /** How it is made; in this process unless given. */
  makeOwnKey?: (() => Promise<KeyPair>) | undefined
  /** What replies call it. */
  keyVersion?: number
}

type Partners = Pick<CancelPaymentRequest, 'acquirerId' | 'pspId'>

interface UnsignedReply {
  /** What its Response-Time says. */
  time: string
  body: string
  flaw: SignatureFlaw | undefined
}

/** The signatures of the protocol: those of calls are checked, those of replies made. */
export interface Signing {
  /** Finds out who calls. @throws ResultError INVALID_CLIENT, PARAM_ILLEGAL or KEY_NOT_FOUND */
  identify(request: FastifyRequest): void
  /** @throws ResultError INVALID_SIGNATURE with the likeliest mistake */
  checkSignature(request: FastifyRequest): void
  /** @throws ResultError ACCESS_DENIED */
  checkAccess(request: FastifyRequest, call: Partners): void
  /** The Signature of the reply to a call, if it is to have one. */
  signatureOf(request: FastifyRequest, reply: UnsignedReply): Awaitable<string | undefined>
  ownKey(): Promise<KeyPair>
  /** Who may call; nothing where anybody may. */
  clients(): Clients | undefined
}

/** Without options nobody is checked, and replies to signed calls are signed with a key of its own. */
export function createSigning({
  clients,
  sign: mode = signingDefaults.sign,
  keyVersion = signingDefaults.keyVersion,
  makeOwnKey = makeKeyPair,
  ...options
}: SigningOptions = {}): Signing {
  let own = options.ownKey === undefined ? undefined : Promise.resolve(options.ownKey)
  const ownKey = () => {
    own ??= makeOwnKey()
    return own
  }
  const sign = createSignatureCache(async (message: SignedMessage) => {
    const signature = await signContent(contentToSign(message), (await ownKey()).privateKey)
    return {
      valid: formatSignatureHeader(signature, keyVersion),
      invalid: formatSignatureHeader(corrupt(signature), keyVersion),
    }
  })

  return {
    ownKey,
    clients: () => clients?.(),
    identify(request) {
      if (clients !== undefined) request.caller = identifyCaller(request, clients())
    },
    checkSignature(request) {
      if (request.caller !== undefined) verifyCall(request, request.caller)
    },
    checkAccess({ caller }, call) {
      if (caller !== undefined) checkAllowLists(caller.client, call)
    },
    signatureOf: (request, reply) =>
      isWanted(request) && reply.flaw !== 'missing' ? signReply(request, reply) : undefined,
  }

  function verifyCall(request: FastifyRequest, { clients, signature, publicKey }: Caller): void {
    const { headers, rawBody = Buffer.alloc(0) } = request
    const message = messageOf(request, rawBody, String(headers['request-time']))
    if (verifyHeader(signature, message, publicKey)) return
    const path = message.path.replace(namespaceBefore, '')
    if (path !== message.path && verifyHeader(signature, { ...message, path }, publicKey)) {
      request.signedPath = path
      return
    }
    const header = headers.signature?.toString()
    const others = namedKeys(clients, options.ownKey).filter((other) => !other.publicKey.equals(publicKey))
    const forwarded = forwardedPaths(headers, message.path)
    const reason = diagnoseSignature({ header, message, publicKey, otherKeys: others, forwarded })
    throw new ResultError('INVALID_SIGNATURE', { reason })
  }

  function isWanted({ headers }: FastifyRequest): boolean {
    return mode === 'always' || (mode === 'auto' && headers.signature !== undefined)
  }

  async function signReply(request: FastifyRequest, { time, body, flaw }: UnsignedReply): Promise<string> {
    const message = messageOf(request, Buffer.from(body), time)
    const { valid, invalid } = await sign(`${message.path} ${message.clientId} ${time} ${body}`, message)
    return flaw === 'invalid' ? invalid : valid
  }
}

function identifyCaller({ headers }: FastifyRequest, clients: Clients): Caller {
  const clientId = clientIdOf(headers)
  if (clientId === undefined) throw new ResultError('INVALID_CLIENT', { reason: 'the Client-Id header is missing' })
  const client = clients.get(clientId)
  if (client === undefined) {
    const reason = `no client ${clientId.slice(0, 128)} is registered${didYouMean(clientId, [...clients.keys()])}`
    throw new ResultError('INVALID_CLIENT', { reason })
  }
  if (!headers['request-time']) throw new ResultError('PARAM_ILLEGAL', { reason: 'the Request-Time header is missing' })
  const signature = parseSignatureHeader(headers.signature?.toString() ?? '')
  return { client, clients, signature, publicKey: keyOf(client, signature) }
}

/** @throws ResultError KEY_NOT_FOUND when the header names a key version that the client does not have */
function keyOf({ publicKeys, newestVersion, clientId }: Client, signature: SignatureHeader): KeyObject {
  const { keyVersion = newestVersion } = signature
  const key = publicKeys.get(keyVersion)
  if (key !== undefined) return key
  const known = [...publicKeys.keys()].join(', ')
  const reason = `keyVersion ${keyVersion.slice(0, 40)} is not registered for ${clientId}; known: ${known}`
  throw new ResultError('KEY_NOT_FOUND', { reason })
}

/** The path is the one on the wire, whatever part of it routing took away, unless its caller has signed less of it. */
function messageOf(
  { originalUrl, signedPath = originForm(originalUrl), headers }: FastifyRequest,
  body: Buffer,
  time: string,
): SignedMessage {
  return { path: signedPath, clientId: clientIdOnWire(headers) ?? '', time, body }
}

/** The official SDKs do not sign the path of the address that they are given, such as /ns/pr-42. */
const namespaceBefore = /^\/ns\/[A-Za-z0-9_-]{1,64}(?=\/)/

/** What the path was before a proxy rewrote it, as far as the proxy tells. */
function forwardedPaths(headers: IncomingHttpHeaders, path: string): string[] {
  const whole = ['x-original-uri', 'x-original-url', 'x-forwarded-uri', 'x-envoy-original-path']
  const prefix = headers['x-forwarded-prefix']?.toString().replace(/\/$/, '')
  const paths = whole.flatMap((name) => headers[name]?.toString() ?? [])
  return [...(prefix === undefined ? [] : [prefix + path]), ...paths].map(originForm)
}

function namedKeys(clients: Clients, ownKey: KeyPair | undefined): NamedKey[] {
  const own = ownKey === undefined ? [] : [{ name: "the simulator's own key", publicKey: ownKey.publicKey }]
  const registered = [...clients.values()].flatMap(({ clientId, publicKeys }) =>
    [...publicKeys].map(([version, publicKey]) => ({ name: `key ${version} of ${clientId}`, publicKey })),
  )
  return [...own, ...registered]
}

function checkAllowLists({ clientId, acquirerIds, pspIds }: Client, { acquirerId, pspId }: Partners): void {
  const deny = (field: string, value: string) => {
    throw new ResultError('ACCESS_DENIED', { reason: `${clientId} may not use the ${field} ${value}` })
  }
  if (acquirerIds !== undefined && !matchesPattern(acquirerIds, acquirerId)) deny('acquirerId', acquirerId)
  if (pspIds !== undefined && !matchesPattern(pspIds, pspId)) deny('pspId', pspId)
}

/** A signature of the right form that nobody can have made. */
function corrupt(signature: Buffer): Buffer {
  const corrupted = Buffer.from(signature)
  corrupted.writeUInt8(corrupted.readUInt8(corrupted.length - 1) ^ 1, corrupted.length - 1)
  return corrupted
}
