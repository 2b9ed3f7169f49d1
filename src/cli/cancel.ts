import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { Command, Option } from 'commander'
import { amsPaths } from '../protocol/ams.js'
import { cancelPaymentPaths, sampleRequest } from '../protocol/cancel-payment.js'
import { headerText } from '../protocol/headers.js'
import { type CallProfile, callProfiles } from '../protocol/profile.js'
import { readPrivateKeyFile, readPublicKeyFile } from '../server/key-files.js'
import { visibleLines, visibleText } from '../server/visible-text.js'
import { type Call, type Caller, callOnce } from './call.js'
import { type ClientOptions, clientOptions, namespaceOption, readTarget } from './client.js'
import { exitCodes, print, printError } from './exit.js'
import { defaultClientId, option, parseCount } from './option.js'
import { apiUrlOf } from './server-address.js'

interface CancelOptions extends ClientOptions {
  acquirerId: string
  pspId: string
  paymentRequestId?: string
  paymentId?: string
  profile: CallProfile
  clientId: string
  privateKey?: string
  keyVersion: number
  publicKey?: string
  repeat: number
  concurrency: number
  timeout: number
}

/** With the id of payments that are not named. */
type NumberedOptions = CancelOptions & { newId: string }

export function cancelCommand(): Command {
  const command = new Command('cancel').description(
    'call cancelPayment as Alipay+ or an acquirer does, and verify the reply',
  )
  for (const each of [...clientOptions(), namespaceOption()]) command.addOption(each)
  return command
    .addOption(
      new Option('--profile <who>', 'who calls: mpp, Alipay+; acqp or ams, an acquirer')
        .choices(callProfiles)
        .default('mpp'),
    )
    .option('--acquirer-id <id>', 'who asks for it', sampleRequest.acquirerId)
    .option('--psp-id <id>', 'the mobile payment provider', sampleRequest.pspId)
    .addOption(
      new Option(
        '--payment-request-id <id>',
        'the payment; {n} in it stands for the number of the call (default: a new one for each call)',
      ),
    )
    .option('--payment-id <id>', 'the same in the words of Alipay+, which only acquirers use; {n} in it, too')
    .addOption(option('--client-id <id>', 'the Client-Id header').default(defaultClientId))
    .option('--private-key <file>', "Alipay+'s key, which signs the call (default: unsigned)")
    .addOption(new Option('--key-version <number>', 'what the call names that key').argParser(parseCount).default(1))
    .option('--public-key <file>', "the simulator's key, which verifies the reply (default: not verified)")
    .addOption(new Option('--repeat <number>', 'how many calls to send').argParser(parseCount).default(1))
    .addOption(new Option('--concurrency <number>', 'how many at a time').argParser(parseCount).default(1))
    .addOption(new Option('--timeout <seconds>', 'how long to wait for a reply').argParser(parseCount).default(8))
    .addHelpText('after', exitCodeHelp)
    .action(async (given: CancelOptions) => {
      const options = { newId: `CANCEL-${Date.now()}-{n}`, ...given }
      const caller = await createCaller(options, command)
      process.exitCode = options.repeat === 1 ? await showCall(caller, options) : await repeatCall(caller, options)
      caller.agent?.destroy()
    })
}

const exitCodeHelp = `
Exit codes: ${exitCodes.fine} S, ${exitCodes.refused} F, ${exitCodes.unknown} U, ${exitCodes.unverified} a reply that the official SDKs throw away (not HTTP 200, not signed
as it should be, no result), ${exitCodes.unanswered} no reply. Of several calls the worst counts.`

async function createCaller(options: CancelOptions, command: Command): Promise<Caller> {
  const { clientId, privateKey, keyVersion, publicKey, timeout, concurrency } = options
  const target = await readTarget(options, command)
  const url = apiUrlOf(target, standardPath(options))
  const Agent = url.protocol === 'https:' ? HttpsAgent : HttpAgent
  return {
    url,
    clientId,
    privateKey: privateKey === undefined ? undefined : await readPrivateKeyFile(privateKey),
    keyVersion,
    publicKey: publicKey === undefined ? undefined : await readPublicKeyFile(publicKey),
    timeout: timeout * 1000,
    agent: new Agent({ keepAlive: true, maxSockets: concurrency }),
    tls: target.tls,
  }
}

function callNumber(caller: Caller, options: NumberedOptions, number: number): Promise<Call> {
  return callOnce(caller, bodyOf(options, number), Date.now())
}

/** What the caller signs and sends: each has a shape of its own. */
function bodyOf({ profile, acquirerId, pspId, newId, ...ids }: NumberedOptions, number: number): object {
  const numbered = (id: string | undefined) => id?.replaceAll('{n}', String(number))
  const paymentId = numbered(ids.paymentId)
  const isNamed = profile !== 'mpp' && paymentId !== undefined
  const paymentRequestId = numbered(ids.paymentRequestId ?? (isNamed ? undefined : newId))
  switch (profile) {
    case 'mpp':
      return { acquirerId, pspId, paymentRequestId }
    case 'acqp':
      return { paymentRequestId, paymentId }
    case 'ams':
      return { paymentId, paymentRequestId }
  }
}

/** The official SDKs know a client of the sandbox by its name, and call it elsewhere. */
function standardPath({ profile, clientId }: CancelOptions): string {
  if (profile !== 'ams') return cancelPaymentPaths[0]
  const [path, sandboxPath] = amsPaths
  return clientId.startsWith('SANDBOX_') ? sandboxPath : path
}

async function showCall(caller: Caller, options: NumberedOptions): Promise<number> {
  const { path, headers, body, content, reply, outcome } = await callNumber(caller, options, 1)
  print(`> POST ${path}`)
  for (const [name, value] of Object.entries(headers)) print(`> ${name}: ${value}`)
  print(`\n${body}\n`)
  if (caller.privateKey !== undefined) print(`content signed: ${headerText(content.toString())}\n`)
  if (reply !== undefined) {
    print(`< HTTP ${reply.status}`)
    for (const [name, value] of Object.entries(reply.headers)) print(visibleText(`< ${name}: ${value}`))
    print(`\n${visibleLines(String(reply.body))}\n`)
  }
  print(visibleText(outcome.verdict))
  return outcome.exitCode
}

async function repeatCall(caller: Caller, options: NumberedOptions): Promise<number> {
  const { repeat, concurrency } = options
  const counts = new Map<string, number>()
  const started = performance.now()
  let worst: number = exitCodes.fine
  let begun = 0
  let done = 0

  async function work(): Promise<void> {
    while (begun < repeat) {
      const { outcome } = await callNumber(caller, options, ++begun)
      counts.set(outcome.name, (counts.get(outcome.name) ?? 0) + 1)
      worst = Math.max(worst, outcome.exitCode)
      done++
      if (done % Math.ceil(repeat / 10) === 0) printError(`${done} of ${repeat} calls`)
    }
  }

  await Promise.all(Array.from({ length: Math.min(concurrency, repeat) }, work))
  const seconds = (performance.now() - started) / 1000
  print(
    `${repeat} calls in ${seconds.toFixed(1)} s, ${Math.round(repeat / seconds)} a second, ${concurrency} at a time`,
  )
  for (const [name, count] of [...counts].sort(([, a], [, b]) => b - a)) print(`${String(count).padStart(8)} ${name}`)
  return worst
}
