import { readFile } from 'node:fs/promises'

/** A file of the built page; nothing where it is not there, as before the first build. */
export async function readBuiltFile(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
