import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Finding } from './finding.js'

const extensions = ['.yaml', '.yml', '.json']

/** A folder in which there is nothing to read, and what is there instead. */
export interface EmptyFolder extends Finding {
  /** Whether it has files of other names, or folders. */
  hasOthers: boolean
}

/** The file itself, or the scenario files of a folder; a folder without any is added to `empty`. */
export async function filesAt(path: string, empty: EmptyFolder[]): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { withFileTypes: true })
  const names = entries.map(({ name }) => name).filter(isWanted)
  if (names.length === 0)
    empty.push({ file: path, line: 1, column: 1, message: emptyMessage(entries), hasOthers: entries.length > 0 })
  return names.map((name) => join(path, name))
}

function isWanted(name: string): boolean {
  return extensions.includes(extname(name)) && !name.startsWith('.')
}

/** How many of the entries that are not wanted are named. */
const maxNamed = 5

function emptyMessage(entries: readonly Dirent[]): string {
  const looked = 'no scenario files are here: their names end in .yaml, .yml or .json, without a dot before them'
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort(compareText)
  if (names.length === 0) return `${looked}; the folder is empty`
  const more = names.length > maxNamed ? `, and ${names.length - maxNamed} more` : ''
  const folders = names.some((name) => name.endsWith('/')) ? '; folders in it are not read' : ''
  return `${looked}; there are only ${names.slice(0, maxNamed).join(', ')}${more}${folders}`
}

/** By character codes, which is the same everywhere. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
