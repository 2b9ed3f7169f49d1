/** The path to a value in a document: keys and indexes. */
export type Path = readonly (string | number)[]

/** Line and column, both from 1. */
export interface Position {
  line: number
  column: number
}

/** The offsets of a value and of its key. */
export interface Offsets {
  start: number
  keyStart: number
}

/** The offsets of the values in each list or map. */
export type Places = Map<unknown, Map<string | number, Offsets>>

/** A document with the offset of each value. */
export interface Located {
  value: unknown
  start: number
  places: Places
}

/** The offset of the value at `path`, or of its nearest parent if there is none. With `key`, that of the key in it. */
export function offsetOf({ value: root, start: rootStart, places }: Located, path: Path, key?: string): number {
  let value = root
  let start = rootStart
  for (const part of path) {
    const name = Array.isArray(value) ? part : String(part)
    const place = places.get(value)?.get(name)
    if (place === undefined) return start
    start = place.start
    value = (value as Record<string | number, unknown>)[name]
  }
  return (key === undefined ? undefined : places.get(value)?.get(key)?.keyStart) ?? start
}

/** Converts offsets in a text to lines and columns. */
export function positionsIn(text: string): (offset: number) => Position {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return (offset) => {
    let line = 1
    for (let step = 2 ** Math.ceil(Math.log2(lineStarts.length)); step >= 1; step /= 2)
      if ((lineStarts[line + step - 1] ?? Number.POSITIVE_INFINITY) <= offset) line += step
    return { line, column: offset - Number(lineStarts[line - 1]) + 1 }
  }
}
