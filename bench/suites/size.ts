import { execFile } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { absoluteRow, type Row } from '../row.js'
import { type Suite, withFolder } from '../suite.js'

export const size: Suite = {
  name: 'size',
  about: 'packages at run time and how much disk they take, installed from what npm would publish',
  run: () => withFolder(measure),
}

const run = promisify(execFile)

async function measure(folder: string): Promise<Row[]> {
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder])
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  const quick = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--no-progress']
  await run('npm', ['install', ...quick, '--prefix', folder, join(folder, lastLine(stdout))])
  const lock: unknown = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'))
  return [
    absoluteRow({ what: 'packages at run time', unit: 'packages', ours: [countPackages(lock)] }, { atMost: 85 }),
    absoluteRow(
      { what: 'installed size', unit: 'MB', ours: [(await bytesBelow(join(folder, 'node_modules'))) / 1e6] },
      { atMost: 30 },
    ),
  ]
}

/** Those that the simulator needs; it does not count itself. */
function countPackages(lock: unknown): number {
  const { packages } = lock as { packages: Record<string, unknown> }
  return Object.keys(packages).length - ['', 'the simulator'].length
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size))
  return sizes.reduce((sum, bytes) => sum + bytes, 0)
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
