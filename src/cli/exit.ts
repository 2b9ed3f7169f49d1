/**
 * The exit codes of the process. From `refused` on they are outcomes of `cancel`: F, U, a reply that the official SDKs
 * would discard, no reply.
 */
export const exitCodes = {
  fine: 0,
  crash: 1,
  usage: 2,
  wrongFile: 3,
  reportFailed: 4,
  refused: 5,
  unknown: 6,
  unverified: 7,
  unanswered: 8,
} as const

/** Writes a line to standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Writes a line to standard error. */
export function printError(line: string): void {
  process.stderr.write(`${line}\n`)
}

/**
 * A reader that has seen enough, as in `mpp-sim openapi | head`, is no error: the rest goes nowhere. Output that cannot
 * be written for another reason, such as a full disk, ends the process.
 */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') return
      printError(`mpp-sim: the output cannot be written: ${message}`)
      process.exit(exitCodes.crash)
    })
}

/** How long the log may take to be written at the end, in milliseconds. */
export const logGrace = 1000

/** Calls back once for each signal that asks the process to end. */
export function onSignal(stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
}
