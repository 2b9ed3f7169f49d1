import type { Command } from 'commander'
import { type TlsFiles, tlsMistake } from '../server/tls.js'
import { exitCodes } from './exit.js'
import { flagOf } from './option.js'

/** Ends the command with a usage error if the TLS options do not go together. */
export function checkTlsOptions(command: Command, files: TlsFiles): void {
  const mistake = tlsMistake(files, flagOf)
  if (mistake !== undefined) command.error(`error: ${mistake}`, { exitCode: exitCodes.usage })
}
