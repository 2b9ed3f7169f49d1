#!/usr/bin/env node
import { type Command, CommanderError, InvalidArgumentError } from 'commander'
import { complain, exitCodes } from './cli/exit.js'
import { createProgram } from './cli/program.js'
import { FileError } from './file-error.js'

try {
  const program = createProgram()
  for (const command of [program, ...program.commands]) neverExits(command)
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

function neverExits(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for what it understands)')
}

function exitCodeOf(error: unknown): number {
  // Commander tells its own errors, but not what is wrong with a default.
  if (error instanceof InvalidArgumentError) complain(`error: ${error.message}`)
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage
  complain(error instanceof Error ? error.message : String(error))
  return error instanceof FileError ? exitCodes.wrongFile : exitCodes.crash
}
