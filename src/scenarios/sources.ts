import { isUtf8 } from 'node:buffer'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { expectNodeError } from './expect-error.js'
import type { Finding } from './finding.js'
import { compareText, type EmptyFolder, filesAt } from './folder.js'
import { positionsIn } from './place.js'
import type { SourceFile } from './source.js'

/** What was read from a set of paths. A path that cannot be read is an error here, not an exception. */
export interface Sources {
  files: readonly SourceFile[]
  errors: readonly Finding[]
}

export interface FoundSources extends Sources {
  empty: readonly EmptyFolder[]
}

/**
 * Files as they were read last, by path, and what the file system said of each. A clock that ticks in milliseconds does
 * not tell of a change right after a read, so only what was read twice in the same state is known for sure.
 */
export type KnownFiles = Map<string, { state: string; isSure: boolean; read: SourceFile[] }>

/** The largest file that is read, in bytes. */
const maxFileBytes = 128 * 1024 * 1024

/** The files that `paths` name, ordered by file name. Of those in `known`, only what has changed is read again. */
export async function readSources(paths: readonly string[], known: KnownFiles = new Map()): Promise<FoundSources> {
  const errors: Finding[] = []
  const empty: EmptyFolder[] = []
  const addFinding = (finding: Finding) => void errors.push(finding)
  const found: string[][] = []
  for (const path of paths) found.push(await orFinding(path, () => filesAt(path, empty), addFinding))
  const ordered = found.flat().sort((a, b) => compareText(basename(a), basename(b)))
  const files: SourceFile[][] = []
  for (const path of ordered)
    files.push(await orFinding(path, () => readIfChanged(path, known, addFinding), addFinding))
  return { files: files.flat(), errors, empty }
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
    addFinding({ file, line: 1, column: 1, message: `cannot be read: ${messageOf(error)}` })
    return []
  }
}

/** A path that leads to something that is not a file of a usual size. */
class UnusableFile extends Error {}

function messageOf(error: unknown): string {
  return error instanceof UnusableFile ? error.message : expectNodeError(error).message
}

async function readIfChanged(
  path: string,
  known: KnownFiles,
  addFinding: (finding: Finding) => void,
): Promise<SourceFile[]> {
  // A pipe that nobody writes to would keep us waiting.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const state = await stateOf(file)
    const before = known.get(path)
    const isSame = before?.state === state
    if (isSame && before.isSure) return before.read
    const read = readText(path, await readBounded(file), addFinding)
    // What has a mistake is read again, so that the mistake is told again.
    if (read.length > 0) known.set(path, { state, isSure: isSame, read })
    return read
  } finally {
    await file.close()
  }
}

/** Text that changes whenever the content does. @throws Error that says what it is, where it is no file of a usual size */
async function stateOf(file: FileHandle): Promise<string> {
  const stats = await file.stat({ bigint: true })
  if (!stats.isFile()) throw new UnusableFile('it is a folder, a pipe or a device, not a file')
  const { dev, ino, size, mtimeNs, ctimeNs } = stats
  if (size > maxFileBytes) throw new UnusableFile(`it is larger than ${maxFileBytes / 1024 / 1024} MiB`)
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}

/** No more than may be, also of a file that grows meanwhile or has no end. */
async function readBounded(file: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = []
  const bounds = { end: maxFileBytes - 1, highWaterMark: 1024 * 1024 }
  for await (const chunk of file.createReadStream({ ...bounds, autoClose: false })) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function readText(path: string, bytes: Buffer, addFinding: (finding: Finding) => void): SourceFile[] {
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
