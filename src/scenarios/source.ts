import { extname } from 'node:path'
import { maxDepth } from './depth.js'
import { locateDocument, parseDocument } from './document.js'
import { expectError } from './expect-error.js'
import { lazy } from './lazy.js'
import { offsetOf, type Path, type Position, positionsIn } from './place.js'

export interface SourceFile {
  path: string
  text: string
}

/** A file that could be parsed. */
export interface Source {
  path: string
  /** Objects, arrays, strings, numbers, booleans, null. */
  value: unknown
  /** The position of the value at a path, or of its nearest parent. With `key`, that of the key in it. */
  positionOf(path: Path, key?: string): Position
}

/** Parses a file: `.json` as strict JSON, all others as YAML. @throws DocumentError if it is neither */
export function parseSource({ path, text }: SourceFile, numberKeys: ReadonlySet<string>): Source {
  const options = { json: extname(path) === '.json', numberKeys }
  const located = lazy(() => locateDocument(text, options))
  const position = lazy(() => positionsIn(text))
  return {
    path,
    value: (options.json ? parseStrictJson(text) : undefined) ?? parseDocument(text, options),
    positionOf: (path, key) => position()(offsetOf(located(), path, key)),
  }
}

/** Ten times as fast as our own parser, which has places. `undefined` if there may be a mistake for that to find. */
function parseStrictJson(text: string): unknown {
  const value = parseJson(text)
  // JSON.parse accepts duplicate keys, which the count reveals. Colons inside strings can only make it too high.
  return countColons(text) === countKeys(value) ? value : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    expectError(error, SyntaxError)
    return undefined
  }
}

function countColons(text: string): number {
  const colon = /"\s*:/g
  let colons = 0
  while (colon.test(text)) colons++
  return colons
}

/** NaN if the value is nested too deeply. */
function countKeys(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth === maxDepth) return Number.NaN
  let keys = 0
  if (Array.isArray(value)) for (const item of value) keys += countKeys(item, depth + 1)
  else for (const key in value) keys += 1 + countKeys((value as Record<string, unknown>)[key], depth + 1)
  return keys
}
