import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml'
import { expectError } from './expect-error.js'
import { findJsonMistake } from './json.js'
import type { Located, Offsets, Places } from './place.js'

/** A text that is not YAML or JSON, or uses a feature of YAML that is not supported. */
export class DocumentError extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.name = 'DocumentError'
    this.offset = offset
  }
}

interface ParseOptions {
  json: boolean
  numberKeys: ReadonlySet<string>
}

/**
 * Parses YAML 1.2 or, with `json`, strict JSON into objects, arrays, strings, numbers, booleans and null. In YAML a
 * bare number stays its source text, so that no digit of an id is lost; only below one of `numberKeys` it becomes a
 * number. See docs/design/yaml.md.
 * @throws DocumentError with the offset of the mistake
 */
export function parseDocument(text: string, options: ParseOptions): unknown {
  return readDocument(text, options).value
}

/** The same, with the place of each value, which takes longer. @throws DocumentError with the offset of the mistake */
export function locateDocument(text: string, options: ParseOptions): Located {
  const places: Places = new Map()
  return { ...readDocument(text, options, places), places }
}

function readDocument(text: string, options: ParseOptions, places?: Places): Omit<Located, 'places'> {
  if (options.json) assertJson(text)
  const events = readEvents(text)
  // The first event starts the first document.
  const second = events.findIndex(({ type }, index) => type === EVENT_ID.DOCUMENT && index > 0)
  if (second > 0)
    throw new DocumentError(
      'a second YAML document starts here: one file holds one',
      // An empty value has no place.
      Math.max(0, startOf(events[second + 1] as ValueEvent)),
    )
  const root = events[1]
  if (root === undefined) throw new DocumentError(emptyFile, 0)
  const value = new Reader(text, events, options, places).read()
  const start = startOf(root as ValueEvent)
  if (start < 0) throw new DocumentError(emptyFile, 0)
  return { value, start }
}

const emptyFile = 'the file is empty; an empty list is written as rules: [] or clients: []'

/** An event that starts a value. The others are consumed in place. */
type ValueEvent = Exclude<Event, { type: 1 | 6 }>

function assertJson(text: string): void {
  const mistake = findJsonMistake(text)
  if (mistake !== undefined) throw new DocumentError(`not JSON: ${mistake.expected} is expected here`, mistake.offset)
}

function readEvents(text: string): Event[] {
  try {
    return parseEvents(text, {})
  } catch (error) {
    const { reason, mark } = expectError(error, YAMLException)
    throw new DocumentError(adviceFor(reason), Number(mark?.position))
  }
}

function adviceFor(reason: string): string {
  return reason.startsWith('name of an alias') ? 'put a pattern that starts with * in quotes' : reason
}

/** The plain scalars of YAML 1.2 that are not strings. */
const plainWords = new Map<string, boolean | null>([
  ['', null],
  ['~', null],
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
])

const numberText = /^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$/

/** What an anchor names. */
interface Anchored {
  value: unknown
  start: number
  /** The number of values in it, itself included. */
  size: number
}

const maxValues = 2_000_000

class Reader {
  readonly #text: string
  readonly #events: Event[]
  readonly #json: boolean
  readonly #numberKeys: ReadonlySet<string>
  readonly #places: Places | undefined
  readonly #anchors = new Map<string, Anchored>()
  #next = 1
  /** The end of the text read so far. */
  #end = 0
  /** The number of values read, including those repeated by aliases. */
  #values = 0

  /** Fills `places`, if given. */
  constructor(text: string, events: Event[], options: ParseOptions, places: Places | undefined) {
    this.#text = text
    this.#events = events
    this.#json = options.json
    this.#numberKeys = options.numberKeys
    this.#places = places
  }

  read(key = ''): unknown {
    const event = this.#take()
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, this.#values++, this.#scalar(event, key))
      case EVENT_ID.SEQUENCE:
        return this.#anchored(event, this.#values++, this.#items(key))
      case EVENT_ID.MAPPING:
        return this.#anchored(event, this.#values++, this.#entries())
      case EVENT_ID.ALIAS:
        return this.#alias(event)
    }
  }

  #take(): ValueEvent {
    const event = this.#events[this.#next++] as ValueEvent
    this.#end = Math.max(this.#end, endOf(event))
    return event
  }

  #items(key: string): unknown[] {
    const items: unknown[] = []
    const places = this.#placesIn(items)
    while (this.#more()) {
      if (places !== undefined) {
        const start = this.#startOfNext() ?? this.#nextMark(beforeDash)
        places.set(items.length, { start, keyStart: start })
      }
      items.push(this.read(key))
    }
    return items
  }

  #placesIn(container: object): Map<string | number, Offsets> | undefined {
    const places = this.#places && new Map<string | number, Offsets>()
    this.#places?.set(container, places as Map<string | number, Offsets>)
    return places
  }

  /** The offset of the next value, for an alias that of its anchor; `undefined` for an empty value. */
  #startOfNext(): number | undefined {
    const event = this.#events[this.#next] as ValueEvent
    const start =
      (event.type === EVENT_ID.ALIAS ? this.#anchors.get(this.#nameIn(event))?.start : undefined) ?? startOf(event)
    return start < 0 ? undefined : start
  }

  /** The offset of an empty item or key, of which there is only the mark. Brackets, quotes and comments may precede it. */
  #nextMark(between: RegExp): number {
    between.lastIndex = this.#end
    between.test(this.#text)
    this.#end = between.lastIndex + 1
    return between.lastIndex
  }

  #entries(): object {
    const object: Record<string, unknown> = {}
    const places = this.#placesIn(object)
    while (this.#more()) {
      const event = this.#take()
      const start = startOf(event) < 0 ? this.#nextMark(beforeColon) : startOf(event)
      if (event.type !== EVENT_ID.SCALAR) throw new DocumentError('a key must be plain text', start)
      const key = getScalarValue(this.#text, event)
      if (Object.hasOwn(object, key)) throw new DocumentError(`the key "${key}" stands here twice`, start)
      places?.set(key, { start: this.#startOfNext() ?? start, keyStart: start })
      setOwn(object, key, this.read(key))
    }
    return object
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

  #anchored(event: Extract<Event, { type: 2 | 3 | 4 }>, before: number, value: unknown): unknown {
    if (event.tagStart >= 0) throw new DocumentError('YAML tags are not supported; quote the value', event.tagStart)
    if (event.anchorStart >= 0)
      this.#anchors.set(this.#nameIn(event), { value, start: startOf(event), size: this.#values - before })
    return value
  }

  /** @throws DocumentError if nested aliases expand to too many values */
  #alias(event: Extract<Event, { type: 5 }>): unknown {
    const name = this.#nameIn(event)
    const anchored = this.#anchors.get(name)
    if (anchored === undefined)
      throw new DocumentError(`*${name} is a YAML alias; put a pattern that starts with * in quotes`, startOf(event))
    this.#values += anchored.size
    if (this.#values > maxValues)
      throw new DocumentError('the aliases of this file add up to too many values', startOf(event))
    return anchored.value
  }

  #nameIn({ anchorStart, anchorEnd }: { anchorStart: number; anchorEnd: number }): string {
    return this.#text.slice(anchorStart, anchorEnd)
  }
}

const beforeDash = /(?:[^#-]|#.*)*/y
const beforeColon = /(?:[^#:?]|#.*)*/y

function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true })
  else object[key] = value
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
