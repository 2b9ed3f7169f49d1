import type { KeyObject } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CancelPaymentRequest } from '../protocol/cancel-payment.js'
import { diagnoseSignature, type NamedKey } from '../protocol/diagnosis.js'
import { ResultError } from '../protocol/result.js'
import {
  contentToSign,
  formatSignatureHeader,
  parseSignatureHeader,
  type SignedMessage,
  signContent,
  verifyHeader,
} from '../protocol/signature.js'
import type { Client, Clients } from '../scenarios/clients.js'
import { matchesPattern } from '../scenarios/pattern.js'
import { hint } from '../scenarios/problem.js'
import type { SignatureFlaw } from '../scenarios/schema.js'
import { type KeyPair, makeKeyPair } from './key-pair.js'
import { originForm } from './origin-form.js'
import { createSignatureCache } from './signature-cache.js'

export const signModes = ['auto', 'always', 'never'] as const
/** auto: a reply is signed iff its request carries a Signature header. */
export type SignMode = (typeof signModes)[number]

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, where a clients file says who may. */
    client: Client | undefined
  }
}

export interface SigningOptions {
  /** Who may call; nothing where anybody may, unsigned too. */
  clients?: (() => Clients) | undefined
  sign?: SignMode | undefined
  /** The simulator's own pair, which signs replies. Made at first need where there is none. */
  ownKey?: KeyPair | undefined
  /** What replies call it; 1 by default. */
  keyVersion?: number | undefined
}

/** The signatures of the protocol: those of calls are checked, those of replies made. */
export interface Signing {
  /** Finds out who calls. @throws ResultError INVALID_CLIENT, PARAM_ILLEGAL or KEY_NOT_FOUND */
  identify(request: FastifyRequest): void
  /** @throws ResultError INVALID_SIGNATURE with the likeliest mistake */
  checkSignature(request: FastifyRequest): void
  /** @throws ResultError ACCESS_DENIED */
  checkAccess(request: FastifyRequest, call: CancelPaymentRequest): void
  /** Whether the reply to this call is to be signed. */
  isWanted(request: FastifyRequest): boolean
  /** Signs a reply whose other headers are set. */
  signReply(request: FastifyRequest, reply: FastifyReply, body: string, flaw: SignatureFlaw | undefined): Promise<void>
  ownKey(): Promise<KeyPair>
}

/** Without options nobody is checked, and replies to signed calls are signed with a key of its own. */
export function createSigning({ clients, sign = 'auto', keyVersion = 1, ...options }: SigningOptions = {}): Signing {
  let own = options.ownKey === undefined ? undefined : Promise.resolve(options.ownKey)
  const ownKey = () => {
    own ??= makeKeyPair()
    return own
  }
  const signatureOf = createSignatureCache(async (content: string) =>
    signContent(Buffer.from(content, 'latin1'), (await ownKey()).privateKey),
  )

  return {
    ownKey,
    identify(request) {
      if (clients !== undefined) request.client = identifyClient(request, clients())
    },
    checkSignature(request) {
      const { client } = request
      if (client === undefined || clients === undefined) return
      const header = request.headers.signature?.toString()
      const message = messageOf(request, request.rawBody ?? Buffer.alloc(0))
      const publicKey = keyOf(client, header)
      if (header !== undefined && verifyHeader(parseSignatureHeader(header), message, publicKey)) return
      const otherKeys = namedKeys(clients(), options.ownKey).filter((other) => !other.publicKey.equals(publicKey))
      const reason = diagnoseSignature({ header, message, publicKey, otherKeys })
      throw new ResultError('INVALID_SIGNATURE', { reason })
    },
    checkAccess({ client }, call) {
      if (client !== undefined) checkAllowLists(client, call)
    },
    isWanted: ({ headers }) => sign === 'always' || (sign === 'auto' && headers.signature !== undefined),
    async signReply(request, reply, body, flaw) {
      if (flaw === 'missing') return
      const time = String(reply.getHeader('response-time'))
      const message = { ...messageOf(request, Buffer.from(body)), time }
      const signature = await signatureOf(contentToSign(message).toString('latin1'))
      reply.header('signature', formatSignatureHeader(flaw === 'invalid' ? spoil(signature) : signature, keyVersion))
    },
  }
}

function identifyClient({ headers }: FastifyRequest, clients: Clients): Client {
  const clientId = headers['client-id']?.toString()
  if (clientId === undefined) throw new ResultError('INVALID_CLIENT', { reason: 'the Client-Id header is missing' })
  const client = clients.get(clientId)
  if (client === undefined) {
    const reason = `no client ${clientId.slice(0, 128)} is registered${hint(clientId, [...clients.keys()])}`
    throw new ResultError('INVALID_CLIENT', { reason })
  }
  if (!headers['request-time']) throw new ResultError('PARAM_ILLEGAL', { reason: 'the Request-Time header is missing' })
  keyOf(client, headers.signature?.toString())
  return client
}

/** @throws ResultError KEY_NOT_FOUND when the header names a key version that the client does not have */
function keyOf({ publicKeys, newestVersion, clientId }: Client, header: string | undefined): KeyObject {
  const { keyVersion = newestVersion } = parseSignatureHeader(header ?? '')
  const key = publicKeys.get(keyVersion)
  if (key !== undefined) return key
  const known = [...publicKeys.keys()].join(', ')
  const reason = `keyVersion ${keyVersion.slice(0, 40)} is not registered for ${clientId}; known: ${known}`
  throw new ResultError('KEY_NOT_FOUND', { reason })
}

/** The path is the one on the wire, whatever part of it routing took away. */
function messageOf({ originalUrl, headers }: FastifyRequest, body: Uint8Array): SignedMessage {
  return {
    path: originForm(originalUrl),
    clientId: headers['client-id']?.toString() ?? '',
    time: headers['request-time']?.toString() ?? '',
    body,
  }
}

function namedKeys(clients: Clients, ownKey: KeyPair | undefined): NamedKey[] {
  const own = ownKey === undefined ? [] : [{ name: "the simulator's own key", publicKey: ownKey.publicKey }]
  const registered = [...clients.values()].flatMap(({ clientId, publicKeys }) =>
    [...publicKeys].map(([version, publicKey]) => ({ name: `key ${version} of ${clientId}`, publicKey })),
  )
  return [...own, ...registered]
}

function checkAllowLists({ clientId, acquirerIds, pspIds }: Client, { acquirerId, pspId }: CancelPaymentRequest): void {
  const deny = (field: string, value: string) => {
    throw new ResultError('ACCESS_DENIED', { reason: `${clientId} may not use the ${field} ${value}` })
  }
  if (acquirerIds !== undefined && !matchesPattern(acquirerIds, acquirerId)) deny('acquirerId', acquirerId)
  if (pspIds !== undefined && !matchesPattern(pspIds, pspId)) deny('pspId', pspId)
}

/** A signature of the right form that nobody can have made. */
function spoil(signature: Buffer): Buffer {
  const spoilt = Buffer.from(signature)
  spoilt.writeUInt8(spoilt.readUInt8(spoilt.length - 1) ^ 1, spoilt.length - 1)
  return spoilt
}
