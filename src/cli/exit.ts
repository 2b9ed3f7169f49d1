/** What the process says when it ends. */
export const exitCodes = { fine: 0, crash: 1, usage: 2, wrongFile: 3, reportFailed: 4 } as const

/** Writes a line to standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Writes a line to standard error. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`)
}
