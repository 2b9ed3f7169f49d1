import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, type YAMLException } from 'js-yaml'
import { findJsonMistake } from './json.js'

/** A place in a document: the keys and positions that lead to it. */
export type Path = readonly (string | number)[]

/** Line and column, both from 1. */
export interface Position {
  line: number
  column: number
}

/** A text that is not YAML or JSON, or uses a part of YAML that scenario files do without. */
export class DocumentError extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.name = 'DocumentError'
    this.offset = offset
  }
}

/** A parsed YAML or JSON text that still knows where each value stands. */
export type Node = { start: number } & (
  | { kind: 'scalar'; value: string | number | boolean | null }
  | { kind: 'list'; items: Node[] }
  | { kind: 'map'; entries: Map<string, { keyStart: number; value: Node }> }
)

/**
 * Parses YAML 1.2 or, for `json`, strict JSON. In YAML a bare number is kept as its source text, so that no digit of
 * an id is lost; only below one of `numberKeys` does it become a number.
 * @throws DocumentError with the offset of the mistake
 */
export function parseDocument(text: string, options: { json: boolean; numberKeys: ReadonlySet<string> }): Node {
  if (options.json) assertJson(text)
  const events = readEvents(text)
  const [first, second] = events.flatMap((event, index) => (event.type === EVENT_ID.DOCUMENT ? [index + 1] : []))
  if (first === undefined) throw new DocumentError(emptyFile, 0)
  if (second !== undefined)
    throw new DocumentError(
      'a second YAML document starts here: one file holds one',
      startOf(events[second] as ValueEvent),
    )
  const root = new Reader(text, events, options).read()
  if (root.start < 0) throw new DocumentError(emptyFile, 0)
  return root
}

const emptyFile = 'the file is empty; an empty list is written as rules: [] or clients: []'

/** An event that starts a value. The others are eaten where they stand. */
type ValueEvent = Exclude<Event, { type: 1 | 6 }>

function assertJson(text: string): void {
  const mistake = findJsonMistake(text)
  if (mistake !== undefined) throw new DocumentError(`not JSON: ${mistake.expected} is expected here`, mistake.offset)
}

function readEvents(text: string): Event[] {
  try {
    return parseEvents(text, {})
  } catch (error) {
    const { reason, mark } = error as YAMLException
    throw new DocumentError(adviceFor(reason), Number(mark?.position))
  }
}

function adviceFor(reason: string): string {
  return reason.startsWith('name of an alias') ? 'put a pattern that starts with * in quotes' : reason
}

/** The plain words of YAML 1.2 that are no text. */
const plainWords = new Map<string, boolean | null>([
  ['', null],
  ['~', null],
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
])

const numberText = /^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$/

class Reader {
  readonly #text: string
  readonly #events: Event[]
  readonly #json: boolean
  readonly #numberKeys: ReadonlySet<string>
  readonly #anchors = new Map<string, Node>()
  #next = 1
  /** Where the text that was last read ends. */
  #end = 0

  constructor(text: string, events: Event[], options: { json: boolean; numberKeys: ReadonlySet<string> }) {
    this.#text = text
    this.#events = events
    this.#json = options.json
    this.#numberKeys = options.numberKeys
  }

  read(key = ''): Node {
    const event = this.#take()
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, { kind: 'scalar', start: startOf(event), value: this.#scalar(event, key) })
      case EVENT_ID.SEQUENCE:
        return this.#anchored(event, { kind: 'list', start: event.start, items: this.#items(key) })
      case EVENT_ID.MAPPING:
        return this.#anchored(event, { kind: 'map', start: event.start, entries: this.#entries() })
      case EVENT_ID.ALIAS:
        return this.#alias(event)
    }
  }

  #take(): ValueEvent {
    const event = this.#events[this.#next++] as ValueEvent
    this.#end = Math.max(this.#end, endOf(event))
    return event
  }

  #items(key: string): Node[] {
    const items: Node[] = []
    while (this.#more()) {
      const item = this.read(key)
      items.push(item.start < 0 ? { ...item, start: this.#nextDash() } : item)
    }
    return items
  }

  /** Where an item stands that is nothing but its dash. In between there can be brackets, quotes and comments. */
  #nextDash(): number {
    const between = /(?:[^#-]|#.*)*/y
    between.lastIndex = this.#end
    between.test(this.#text)
    this.#end = between.lastIndex + 1
    return between.lastIndex
  }

  #entries(): Map<string, { keyStart: number; value: Node }> {
    const entries = new Map<string, { keyStart: number; value: Node }>()
    while (this.#more()) {
      const event = this.#take()
      if (event.type !== EVENT_ID.SCALAR) throw new DocumentError('a key must be plain text', startOf(event))
      const key = getScalarValue(this.#text, event)
      const keyStart = startOf(event)
      if (entries.has(key)) throw new DocumentError(`the key "${key}" stands here twice`, keyStart)
      const value = this.read(key)
      entries.set(key, { keyStart, value: value.start < 0 ? { ...value, start: keyStart } : value })
    }
    return entries
  }

  #more(): boolean {
    if (this.#events[this.#next]?.type !== EVENT_ID.POP) return true
    this.#next++
    return false
  }

  #scalar(event: Extract<Event, { type: 4 }>, key: string): string | number | boolean | null {
    const text = getScalarValue(this.#text, event)
    if (event.style !== SCALAR_STYLE.PLAIN) return text
    const word = plainWords.get(text)
    if (word !== undefined) return word
    return this.#json || (this.#numberKeys.has(key) && numberText.test(text)) ? Number(text) : text
  }

  #anchored(event: Extract<Event, { type: 2 | 3 | 4 }>, node: Node): Node {
    if (event.tagStart >= 0) throw new DocumentError('YAML tags are not supported; quote the value', event.tagStart)
    if (event.anchorStart >= 0) this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node)
    return node
  }

  #alias(event: Extract<Event, { type: 5 }>): Node {
    const name = this.#text.slice(event.anchorStart, event.anchorEnd)
    const node = this.#anchors.get(name)
    if (node !== undefined) return node
    throw new DocumentError(`*${name} is a YAML alias; put a pattern that starts with * in quotes`, startOf(event))
  }
}

function startOf(event: ValueEvent): number {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return isQuoted(event.style) ? event.valueStart - 1 : event.valueStart
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1
    case EVENT_ID.SEQUENCE:
    case EVENT_ID.MAPPING:
      return event.start
  }
}

function endOf(event: ValueEvent): number {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return event.valueEnd
    case EVENT_ID.ALIAS:
      return event.anchorEnd
    case EVENT_ID.SEQUENCE:
    case EVENT_ID.MAPPING:
      return event.start
  }
}

function isQuoted(style: number): boolean {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED
}

const maxValues = 2_000_000

/**
 * The plain value of a node: objects, arrays, strings, numbers, booleans, null.
 * @throws DocumentError where aliases of aliases make it endless
 */
export function plainValue(node: Node, budget = { values: maxValues }): unknown {
  if (--budget.values < 0) throw new DocumentError('the aliases of this file add up to too many values', node.start)
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map((item) => plainValue(item, budget))
    case 'map':
      return plainObject(node.entries, budget)
  }
}

function plainObject(entries: Extract<Node, { kind: 'map' }>['entries'], budget: { values: number }): object {
  const object: Record<string, unknown> = {}
  for (const [key, { value }] of entries) {
    const plain = plainValue(value, budget)
    if (key === '__proto__') Object.defineProperty(object, key, { value: plain, enumerable: true })
    else object[key] = plain
  }
  return object
}

/** Where the value at `path` starts, or, where nothing stands there, its nearest parent. For `key`, that key of it. */
export function offsetOf(root: Node, path: Path, key?: string): number {
  let node = root
  let start = root.start
  for (const part of path) {
    const next = childOf(node, part)
    if (next === undefined) return start
    node = next
    start = next.start
  }
  const entry = key !== undefined && node.kind === 'map' ? node.entries.get(key) : undefined
  return entry?.keyStart ?? start
}

function childOf(node: Node, part: string | number): Node | undefined {
  if (node.kind === 'list') return typeof part === 'number' ? node.items[part] : undefined
  return node.kind === 'map' ? node.entries.get(String(part))?.value : undefined
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
