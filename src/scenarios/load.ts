import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { checkScenarios, type Finding, type Scenarios, type SourceFile } from './check.js'

/** Reads and checks scenario files: each path is a file, or a folder whose scenario files are meant. */
export async function loadScenarios(paths: readonly string[]): Promise<Scenarios> {
  return checkSources(await readSources(paths))
}

/** What was read from a set of paths. A path that cannot be read is an error here, not an exception. */
export interface Sources {
  files: readonly SourceFile[]
  errors: readonly Finding[]
}

export function checkSources({ files, errors }: Sources): Scenarios {
  const scenarios = checkScenarios(files)
  return { ...scenarios, errors: [...errors, ...scenarios.errors] }
}

const extensions = ['.yaml', '.yml', '.json']

/** The files that `paths` name, ordered by file name. */
export async function readSources(paths: readonly string[]): Promise<Sources> {
  const files: SourceFile[] = []
  const errors: Finding[] = []
  for (const path of paths) {
    try {
      for (const file of await filesAt(path)) files.push({ path: file, text: await readText(file) })
    } catch (error) {
      errors.push({ file: path, line: 1, column: 1, message: `cannot be read: ${messageOf(error)}` })
    }
  }
  return { files: files.sort((a, b) => compareText(basename(a.path), basename(b.path))), errors }
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => extensions.includes(extname(name)) && !name.startsWith('.'))
  return names.map((name) => join(path, name))
}

async function readText(file: string): Promise<string> {
  return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
