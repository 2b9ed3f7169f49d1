import type { Sources } from './sources.js'

export interface Watcher {
  close(): void
}

/**
 * Calls `onChange` with what `read` gives whenever that differs in content or file names from the last time. It reads
 * every `interval` milliseconds: file events do not come through bind mounts and ConfigMap links.
 */
export function watchSources<S extends Sources>(options: {
  read: () => Promise<S>
  interval: number
  first: S
  onChange: (sources: S) => void
}): Watcher {
  const { read, interval, onChange } = options
  let last: Sources = options.first
  let timer: NodeJS.Timeout | undefined = setTimeout(look, interval)

  async function look(): Promise<void> {
    const sources = await read()
    if (timer === undefined) return
    if (!isSame(sources, last)) {
      last = sources
      onChange(sources)
    }
    timer = setTimeout(look, interval)
  }

  return {
    close() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

function isSame(a: Sources, b: Sources): boolean {
  return (
    JSON.stringify(a.errors) === JSON.stringify(b.errors) &&
    a.files.length === b.files.length &&
    a.files.every(isSameFileIn(b))
  )
}

function isSameFileIn({ files }: Sources): (file: Sources['files'][number], index: number) => boolean {
  return (file, index) => file.path === files[index]?.path && file.text === files[index].text
}
