import { isUtf8 } from 'node:buffer'
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

const extensions = ['.yaml', '.yml', '.json']

/** The files that `paths` name, ordered by file name. */
export async function readSources(paths: readonly string[]): Promise<Sources> {
  const errors: Finding[] = []
  const addFinding = (finding: Finding) => void errors.push(finding)
  const found: string[] = []
  for (const path of paths) found.push(...(await orFinding(path, () => filesAt(path), addFinding)))
  found.sort((a, b) => compareText(basename(a), basename(b)))
  const files: SourceFile[] = []
  for (const path of found) files.push(...(await orFinding(path, () => readText(path, addFinding), addFinding)))
  return { files, errors }
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

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => extensions.includes(extname(name)) && !name.startsWith('.'))
  return names.map((name) => join(path, name))
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
