import type { Sources } from './sources.js'

export interface Watcher {
  close(): void
}

/** How much sooner than usual the next look is after a change was seen, which it has to confirm. */
const hurry = 5

/** Of the time, one part in so many goes to looking, however many files there are. */
const parts = 20

/**
 * Calls `onChange` with what `read` gives whenever that differs in content or file names from the last time, and two
 * reads agree on it: no set of files is swapped in one moment. It reads every `interval` milliseconds, since file events
 * do not come through bind mounts and ConfigMap links. What goes wrong is told to `onError`, and the watch goes on.
 */
export function watchSources<S extends Sources>(options: {
  read: () => Promise<S>
  interval: number
  first: S
  onChange: (sources: S) => void | Promise<void>
  onError: (error: unknown) => void
}): Watcher {
  const { read, interval, onChange, onError } = options
  let taken: Sources = options.first
  let seen: Sources = options.first
  /** How long the last look at the files took, in milliseconds, without what came of it. */
  let readTime = 0
  let isClosed = false
  let timer = setTimeout(look, interval)

  async function look(): Promise<void> {
    await compare().catch(onError)
    if (isClosed) return
    const isSettled = isSame(seen, taken)
    timer = setTimeout(look, isSettled ? Math.max(interval, parts * readTime) : interval / hurry)
  }

  async function compare(): Promise<void> {
    const startedAt = performance.now()
    const sources = await read()
    readTime = performance.now() - startedAt
    if (isClosed) return
    const isConfirmed = isSame(sources, seen)
    seen = sources
    if (!isConfirmed || isSame(sources, taken)) return
    taken = sources
    await onChange(sources)
  }

  return {
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

function isSame(a: Sources, b: Sources): boolean {
  return (
    a === b ||
    (JSON.stringify(a.errors) === JSON.stringify(b.errors) &&
      a.files.length === b.files.length &&
      a.files.every(isSameFileIn(b)))
  )
}

function isSameFileIn({ files }: Sources): (file: Sources['files'][number], index: number) => boolean {
  return (file, index) => file === files[index] || (file.path === files[index]?.path && file.text === files[index].text)
}
