import { Command } from 'commander'
import { complain, exitCodes, print } from './exit.js'
import { hostOption, portOption } from './option.js'

export function healthCommand(): Command {
  return new Command('health')
    .description('ask a running server whether it is ready; exit code 0 means yes')
    .addOption(hostOption())
    .addOption(portOption())
    .action(async ({ host, port }: { host: string; port: number }) => {
      const url = `http://${reachable(host)}:${port}/readyz`
      const reply = await fetch(url, { signal: AbortSignal.timeout(3000) }).catch(reasonOf)
      if (reply instanceof Response && reply.ok) return print(await reply.text())
      complain(
        `${url} ${reply instanceof Response ? `says ${reply.status}: ${await reply.text()}` : `does not answer: ${reply}`}`,
      )
      process.exitCode = exitCodes.crash
    })
}

/** An address to listen on, as one to call: "all addresses" is no place to go to. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message
}
