import { isUtf8 } from 'node:buffer'
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { Finding } from './finding.js'
import { positionsIn } from './place.js'
import type { SourceFile } from './source.js'

/** What was read from a set of paths. A path that cannot be read is an error here, not an exception. */
export interface Sources {
  files: readonly SourceFile[]
  errors: readonly Finding[]
}

export interface FoundSources extends Sources {
  /** Folders in which there is nothing to read, and what is there instead. */
  empty: readonly Finding[]
}

const extensions = ['.yaml', '.yml', '.json']

/** The files that `paths` name, ordered by file name. */
export async function readSources(paths: readonly string[]): Promise<FoundSources> {
  const errors: Finding[] = []
  const empty: Finding[] = []
  const addFinding = (finding: Finding) => void errors.push(finding)
  const found: string[] = []
  for (const path of paths) found.push(...(await orFinding(path, () => filesAt(path, empty), addFinding)))
  found.sort((a, b) => compareText(basename(a), basename(b)))
  const files: SourceFile[] = []
  for (const path of found) files.push(...(await orFinding(path, () => readText(path, addFinding), addFinding)))
  return { files, errors, empty }
}

/** What `read` gives; nothing, and a finding, where the file system refuses. */
async function orFinding<T>(
  file: string,
  read: () => Promise<T[]>,
  addFinding: (finding: Finding) => void,
): Promise<T[]> {
  try {
    return await read()
  } catch (error) {
    addFinding({ file, line: 1, column: 1, message: `cannot be read: ${(error as Error).message}` })
    return []
  }
}

async function filesAt(path: string, empty: Finding[]): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { withFileTypes: true })
  const names = entries.map(({ name }) => name).filter(isWanted)
  if (names.length === 0) empty.push({ file: path, line: 1, column: 1, message: emptyMessage(entries) })
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

async function readText(path: string, addFinding: (finding: Finding) => void): Promise<SourceFile[]> {
  const bytes = await readFile(path)
  // TextDecoder leaves out a byte order mark by itself, but takes twice as long.
  const text = bytes.toString().replace(/^\ufeff/, '')
  if (isUtf8(bytes)) return [{ path, text }]
  addFinding({
    file: path,
    ...positionsIn(text)(text.indexOf('\ufffd')),
    message: 'this is not UTF-8; save the file as UTF-8',
  })
  return []
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
