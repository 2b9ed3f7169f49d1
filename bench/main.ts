import { writeFile } from 'node:fs/promises'
import { type BenchOptions, readOptions } from './options.js'
import { failedRow, type Row } from './row.js'
import { type Suite, tell } from './suite.js'
import { attack } from './suites/attack.js'
import { latency } from './suites/latency.js'
import { loading } from './suites/loading.js'
import { memory } from './suites/memory.js'
import { page } from './suites/page.js'
import { redis } from './suites/redis.js'
import { reload } from './suites/reload.js'
import { signed } from './suites/signed.js'
import { size } from './suites/size.js'
import { start } from './suites/start.js'
import { throughput } from './suites/throughput.js'
import { machine, tableOf } from './table.js'

const suites: readonly Suite[] = [
  throughput,
  loading,
  signed,
  latency,
  start,
  memory,
  page,
  redis,
  size,
  attack,
  reload,
]

/** Runs the suites that are asked for. All of them together leave their results in a file. */
async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args)
  if (options.list) return list()
  const chosen = choose(options.only)
  const rows: Row[] = []
  for (const suite of chosen) rows.push(...(await runSuite(suite, options)))
  const table = tableOf(rows)
  process.stdout.write(`\n${table}`)
  if (options.only.length === 0) await writeFile('bench/results.md', `${heading(options)}\n${table}`)
}

function list(): void {
  for (const { name, about } of suites) process.stdout.write(`${name.padEnd(12)} ${about}\n`)
}

/** @throws Error for an unknown name */
function choose(only: readonly string[]): readonly Suite[] {
  const unknown = only.find((name) => !suites.some((suite) => suite.name === name))
  if (unknown !== undefined)
    throw new Error(`--only takes one of ${suites.map(({ name }) => name).join(', ')}, not "${unknown}"`)
  return suites.filter(({ name }) => only.length === 0 || only.includes(name))
}

/** What cannot be measured on this machine is a row that says so. */
async function runSuite(suite: Suite, options: BenchOptions): Promise<Row[]> {
  tell(`${suite.name}: ${suite.about}`)
  const started = performance.now()
  try {
    return await suite.run(options)
  } catch (error) {
    return [failedRow(suite.name, `not measured: ${(error as Error).message.split('\n')[0]}`)]
  } finally {
    tell(`  took ${Math.round((performance.now() - started) / 1000)} s`)
  }
}

function heading({ rounds, seconds }: BenchOptions): string {
  return `# Results\n\n${machine()}; medians of ${rounds} rounds, ${seconds} s each. How to read it: [README](README.md).\n`
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  tell((error as Error).message)
  process.exitCode = 2
}
