import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Whether a file is there and as new as all that it is made of: files, and all that is in folders. */
export function isFresh(built, sources) {
  const { mtimeMs } = statOf(built) ?? { mtimeMs: 0 }
  return sources.flatMap(filesIn).every((file) => (statOf(file)?.mtimeMs ?? 0) <= mtimeMs)
}

const statOf = (path) => statSync(path, { throwIfNoEntry: false })

function filesIn(path) {
  if (!statOf(path)?.isDirectory()) return [path]
  return readdirSync(path, { recursive: true }).map((name) => join(path, name))
}
