/** A place in a document: the keys and positions that lead to it. */
export type Path = readonly (string | number)[]

/** Line and column, both from 1. */
export interface Position {
  line: number
  column: number
}

/** Where a value stands, and the key of a map that leads to it. */
export interface Offsets {
  start: number
  keyStart: number
}

/** By list or map, the places of what is in it. */
export type Places = Map<unknown, Map<string | number, Offsets>>

/** A document that knows where each of its values stands. */
export interface Located {
  value: unknown
  start: number
  places: Places
}

/** Where the value at `path` starts, or, where nothing stands there, its nearest parent. For `key`, that key of it. */
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

/** Finds line and column of any number of offsets in a text. */
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
