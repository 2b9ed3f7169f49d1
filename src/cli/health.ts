import { Command } from 'commander'
import { readTls } from '../server/tls.js'
import { exitCodes, print, printError } from './exit.js'
import { hostOption, option, portOption } from './option.js'
import { type Received, reasonOf, send } from './send.js'
import { checkTlsOptions } from './tls-options.js'

interface HealthOptions {
  host: string
  port: number
  tlsCert?: string
  tlsKey?: string
}

export function healthCommand(): Command {
  return new Command('health')
    .description('ask a running server whether it is ready, over HTTP or else HTTPS; exit code 0 means yes')
    .addOption(hostOption())
    .addOption(portOption())
    .addOption(option('--tls-cert <file>', 'certificate to show to a server that demands one'))
    .addOption(option('--tls-key <file>', 'its private key'))
    .action(async ({ host, port, ...files }: HealthOptions, command: Command) => {
      checkTlsOptions(command, files)
      const address = `${reachable(host)}:${port}/readyz`
      const reply = await askEither(address, (await readTls(files)) ?? {})
      if (!(reply instanceof Error) && reply.status === 200) return print(reply.body.toString())
      const says =
        reply instanceof Error
          ? `does not answer: ${reasonOf(reply)}`
          : `says ${reply.status}: ${reply.body.toString()}`
      printError(`${address} ${says}`)
      process.exitCode = exitCodes.crash
    })
}

/** HTTPS is not verified: the question is whether the server is well, not who it is. */
async function askEither(address: string, tls: object): Promise<Received | Error> {
  const common = { method: 'GET', timeout: 3000 }
  const overHttp = await send({ ...common, url: `http://${address}` }).catch(asError)
  if (!(overHttp instanceof Error) || isRefused(overHttp)) return overHttp
  return send({ ...common, url: `https://${address}`, tls: { ...tls, rejectUnauthorized: false } }).catch(asError)
}

function asError(error: Error): Error {
  return error
}

function isRefused(error: Error & { code?: string }): boolean {
  return error.code === 'ECONNREFUSED'
}

/** An address to listen on, as one to call: "all addresses" is no place to go to. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
