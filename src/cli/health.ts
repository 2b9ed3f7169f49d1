import { Command } from 'commander'
import { type ClientOptions, clientOptions, get, readTarget } from './client.js'
import { exitCodes, print, printError } from './exit.js'
import { type Received, reasonOf } from './send.js'

export function healthCommand(): Command {
  const command = new Command('health').description('ask a running server whether it is ready; exit code 0 means yes')
  for (const each of clientOptions()) command.addOption(each)
  return command.action(async (options: ClientOptions) => {
    // Namespaces are neither ready nor not.
    const target = { ...(await readTarget(options, command)), namespace: undefined }
    const reply = await get(target, '/readyz', timeout).catch((error: Error) => error)
    if (!(reply instanceof Error) && reply.status === 200) return print(reply.body.toString())
    printError(`${target.server}/readyz ${answerText(reply)}`)
    process.exitCode = exitCodes.crash
  })
}

/** How long to wait for the answer, in milliseconds. */
const timeout = 3000

function answerText(reply: Received | Error): string {
  if (reply instanceof Error) return `does not answer: ${reasonOf(reply)}`
  return `says ${reply.status}: ${reply.body.toString()}`
}
