import { inspect } from 'node:util'
import { type Command, CommanderError, InvalidArgumentError } from 'commander'
import { isNodeError } from '../scenarios/expect-error.js'
import { FileError } from '../server/file-error.js'
import { numberVariable } from '../server/workers/number.js'
import { exitCodes, printError } from './exit.js'
import { flagOf, unknownVariables } from './option.js'
import { createProgram } from './program.js'

/**
 * Runs a command line, given without node and the script. Sets the exit code; a server keeps running. `create` makes
 * the program, and may throw if a default from the environment is invalid.
 */
export async function main(args: readonly string[], create: () => Command = createProgram): Promise<void> {
  try {
    const program = create()
    for (const command of [program, ...program.commands]) neverExits(command)
    // The process that starts workers has told.
    const unknown = process.env[numberVariable] === undefined ? unknownVariables(process.env) : []
    for (const each of unknown) printError(`warning: the variable ${each}`)
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

function neverExits(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for what it understands)')
}

function exitCodeOf(error: unknown): number {
  // Commander prints its own errors, but not those of invalid defaults.
  if (error instanceof InvalidArgumentError) printError(`error: ${error.message}`)
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage
  printError(textOf(error) + adviceOn(error))
  return error instanceof FileError ? exitCodes.wrongFile : exitCodes.crash
}

function adviceOn(error: unknown): string {
  if (error instanceof FileError && error.option !== undefined) return ` (${flagOf(error.option)})`
  if (isNodeError(error) && error.code === 'EADDRINUSE')
    return '; take another port with --port 9000, or a free one with --port 0'
  return ''
}

/** An error that nobody expects is a bug, and is printed with its stack. */
function textOf(error: unknown): string {
  return error instanceof FileError || isNodeError(error) ? error.message : inspect(error)
}
