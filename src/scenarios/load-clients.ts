import { keyFilesOf } from './clients.js'
import { type KnownFiles, readSources, type Sources } from './sources.js'

/** Reads a clients file, first in the list, and the key files that it names. What cannot be read is an error in it. */
export async function readClients(path: string, known?: KnownFiles): Promise<Sources> {
  const { files, errors } = await readSources([path], known)
  const [file] = files
  if (file === undefined && errors.length === 0)
    return {
      files,
      errors: [{ file: path, line: 1, column: 1, message: 'this is a folder; name the clients file in it' }],
    }
  if (file === undefined) return { files, errors }
  const keys = await readSources(keyFilesOf(path, file.text), known)
  return { files: [file, ...keys.files], errors: keys.errors }
}
