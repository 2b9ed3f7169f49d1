import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** How a command ended. */
export interface Ending {
  /** Why it did not end well, if so. */
  problem: string | undefined
  /** Whether it took too long, and was killed. */
  isLate: boolean
  /** The end of what it printed. */
  output: string
}

/** The last characters that are kept of what a command prints. */
const keptOutput = 4000

/** Runs a command line in a shell, for `timeout` milliseconds at most. When `signal` aborts, it is killed. */
export async function runCommand(
  command: string,
  { timeout, signal }: { timeout: number; signal: AbortSignal },
): Promise<Ending> {
  // In a process group of its own, so that what the shell has started is killed with it.
  const child = spawn(command, { shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => process.kill(-Number(child.pid), 'SIGKILL')
  let output = ''
  let isLate = false
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-keptOutput)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const timer = setTimeout(() => {
    isLate = true
    kill()
  }, timeout)
  signal.addEventListener('abort', kill)
  try {
    const [code, killedBy] = await once(child, 'exit')
    return { problem: problemOf(code, killedBy, isLate ? timeout : undefined), isLate, output: output.trimEnd() }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
  }
}

function problemOf(code: number | null, killedBy: string | null, timeout: number | undefined): string | undefined {
  if (timeout !== undefined) return `the command did not end within ${timeout / 1000} s`
  if (killedBy !== null) return `the command was ended by ${killedBy}`
  return code === 0 ? undefined : `the command ended with exit code ${code}`
}
