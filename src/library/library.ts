import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { splitNamespace } from '../http/namespace.js'
import { keyToPem } from '../protocol/keys.js'
import { didYouMean } from '../scenarios/did-you-mean.js'
import { type Assembly, assemble, openCallers } from '../server/assembly.js'
import { serve } from '../server/listening.js'
import { defaults, withDefaults } from '../server/options.js'
import { mainNamespace } from '../simulator/store.js'
import { readGivenRules } from './inline-rules.js'
import type { Rule, Sandbox } from './public-types.js'
import { createSandbox } from './sandbox.js'

/** What a simulator can be told. All of it may be left out. */
export interface SimulatorOptions {
  /** Rules that stay until it is closed, before those of `scenarios`. Without any rule, every call gets SUCCESS. */
  rules?: readonly Rule[] | undefined
  /** Scenario files, or folders of them; read once. None unless given, not even the shipped ones. */
  scenarios?: readonly string[] | undefined
  /** API paths beside the two standard ones, such as `/aps/api/intl/wallet/v1/payments/cancelPayment`. */
  paths?: readonly string[] | undefined
  /** Whether an Accept header that does not allow JSON is refused; `false` unless given. */
  strictAccept?: boolean | undefined
  /** How many calls a client may make in how many seconds. As often as it likes unless given. */
  rateLimit?: { calls: number; seconds: number } | undefined
  /** Decides everything that is left to chance; `mpp-sim` unless given. */
  seed?: string | undefined
  /** How many paymentRequestIds are remembered at most; 1,000,000 unless given. */
  ledgerMax?: number | undefined
  /** How many calls the journal of each namespace keeps at most; 1000 unless given. */
  journalMax?: number | undefined
  /** The clients file, read once; without one nobody's signature is checked. */
  clients?: string | undefined
  /**
   * Whom it plays: `mpp`, an MPP that Alipay+ calls, unless given; `acqp`, Alipay+ for an acquirer; or `all`, where the
   * body of each call tells.
   */
  profile?: 'mpp' | 'acqp' | 'all' | undefined
  /** Who an acquirer is, and whom its payers pay with, where the clients file does not say so. */
  acquirerId?: string | undefined
  pspId?: string | undefined
  /** The file of the private key that signs replies; without one a key is made at first need. */
  privateKey?: string | undefined
  /** What replies call that key; 1 unless given. */
  keyVersion?: number | undefined
  /** Which replies are signed; `auto`, unless given, means those to signed calls. */
  sign?: 'auto' | 'always' | 'never' | undefined
  /** PEM files that turn HTTPS on, both or neither. */
  tlsCert?: string | undefined
  tlsKey?: string | undefined
  /** PEM file of those who may issue client certificates, which are then demanded. */
  tlsCa?: string | undefined
  /**
   * Names, without port, by which a browser may know its pages and control API beside those of the machine, such as that
   * of a proxy.
   */
  allowHosts?: readonly string[] | undefined
  /** Whether there is a control API over HTTP as well; `true` unless given. */
  admin?: boolean | undefined
  /** What callers of it have to show; nothing unless given. */
  adminToken?: string | undefined
  /** Where log lines go, such as a pino logger; nowhere unless given. */
  log?: FastifyBaseLogger | undefined
}

/** What a simulator that listens can be told. */
export interface StartOptions extends SimulatorOptions {
  /** Address to listen on; `127.0.0.1` unless given. */
  host?: string | undefined
  /** Port to listen on; unless given 0, which takes a free one. */
  port?: number | undefined
}

/** A simulator that listens: its main namespace, and what belongs to all of it. */
export interface RunningSimulator extends Sandbox, AsyncDisposable {
  /**
   * The sandbox of that name, made on first use, with rules, ledger, journal and report of its own.
   * @throws RangeError unless the name is 1 to 64 letters, digits, `_` and `-`
   */
  namespace(name: string): Sandbox
  /** The key that verifies replies, as PEM. */
  publicKey(): Promise<string>
  /** Stops listening and cuts the calls that are still under way soon after. Leaves nothing behind. */
  close(): Promise<void>
}

/** How long running calls may take to end after close, in milliseconds: tests do not want to wait. */
const grace = 100

/**
 * Starts a simulator in this process, on a free port of the loopback address. It prints nothing, watches no file and
 * leaves signals alone. Any number of them can run side by side.
 * @throws RuleError that lists every mistake in rules and scenario files, FileError when a clients, key or certificate
 * file is wrong, TypeError that names an option which is not known, and Node's own errors when it cannot listen
 */
export async function startSimulator(options: StartOptions = {}): Promise<RunningSimulator> {
  const { host = defaults.host, port = 0, tlsCert, log = silent() } = options
  const { app, simulator, signing, calls } = await assembleFrom(options, log)
  const server = await serve(app, { host, port, tlsCert }, log, { grace })
  const closing = new AbortController()
  const closed = closing.signal
  const close = once(async () => {
    closing.abort()
    await server.close()
  })
  return {
    ...createSandbox({ url: server.url, namespace: mainNamespace, namespaceOf: () => simulator, calls, closed }),
    namespace(name) {
      const prefix = `/ns/${name}`
      if (splitNamespace(`${prefix}/`).path !== '/')
        throw new RangeError(`a namespace is named with 1 to 64 letters, digits, _ and -, not "${name}"`)
      const namespaceOf = () => simulator.namespace(name)
      return createSandbox({ url: server.url + prefix, namespace: name, namespaceOf, calls, closed })
    },
    publicKey: async () => keyToPem((await signing.ownKey()).publicKey),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/**
 * The simulator as a Fastify application that does not listen, for `inject`. Close it with `app.close()`. A fault that
 * cuts the connection never ends an injected call: start a simulator for those.
 * @throws RuleError that lists every mistake in rules and scenario files, and FileError when a clients, key or
 * certificate file is wrong
 */
export async function buildApp(options: SimulatorOptions = {}): Promise<FastifyInstance> {
  const { app } = await assembleFrom(options, options.log ?? silent())
  await app.ready()
  return app
}

async function assembleFrom(options: SimulatorOptions, log: FastifyBaseLogger): Promise<Assembly> {
  checkNames(options)
  const { rules = [], scenarios = [], ...others } = options
  const all = withDefaults(others)
  const callers = await openCallers(all, log)
  const given = await readGivenRules(rules, scenarios, callers.isAmsServed())
  return assemble(all, { rules: given }, callers, log)
}

/** All of them: the type makes sure that none is missing. */
const optionNames = Object.keys({
  rules: true,
  scenarios: true,
  paths: true,
  strictAccept: true,
  rateLimit: true,
  seed: true,
  ledgerMax: true,
  journalMax: true,
  clients: true,
  profile: true,
  acquirerId: true,
  pspId: true,
  privateKey: true,
  keyVersion: true,
  sign: true,
  tlsCert: true,
  tlsKey: true,
  tlsCa: true,
  allowHosts: true,
  admin: true,
  adminToken: true,
  log: true,
  host: true,
  port: true,
} satisfies Record<keyof StartOptions, true>)

/** In JavaScript nothing else tells of a misspelt option. @throws TypeError that names it */
function checkNames(options: SimulatorOptions): void {
  const name = Object.keys(options).find((each) => !optionNames.includes(each))
  if (name !== undefined) throw new TypeError(`"${name}" is not an option${didYouMean(name, optionNames)}`)
}

function silent(): FastifyBaseLogger {
  return pino({ level: 'silent' })
}

/** Runs the action on the first call; all calls get the same promise. */
function once(action: () => Promise<void>): () => Promise<void> {
  let promise: Promise<void> | undefined
  return () => {
    promise ??= action()
    return promise
  }
}
