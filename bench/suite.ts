import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchOptions } from './options.js'
import type { Row } from './row.js'
import { type BenchServer, type Command, startServer } from './server.js'

/** Goals that are measured together. */
export interface Suite {
  name: string
  about: string
  run(options: BenchOptions): Promise<Row[]>
}

/** A line about what goes on, apart from the table. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Runs with a folder that is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mpp-sim-bench-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Runs with servers that are stopped afterwards. They start one after the other. */
export async function withServers<T>(
  commands: readonly Command[],
  use: (servers: readonly BenchServer[]) => Promise<T>,
): Promise<T> {
  const servers: BenchServer[] = []
  try {
    for (const command of commands) servers.push(await startServer(command))
    return await use(servers)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}
