import type { Fingerprint } from './fingerprint.js'

/**
 * A set of ids in the order of insertion, each with a count. It is kept in two arrays of numbers, about 40 bytes an id,
 * which the garbage collector neither copies nor scans: see docs/design/id-table.md. Places start at 1; 0 means none.
 */
export interface IdTable {
  /** The place of an id, or 0. */
  find(id: Fingerprint): number
  /** Adds an id that is not there, with a count of 0. */
  add(id: Fingerprint): number
  /** The place is reused by the next id that is added. */
  remove(place: number): void
  count(place: number): number
  setCount(place: number, count: number): void
  /** The place of the oldest id, or 0. */
  oldest(): number
  size(): number
  clear(): void
}

/** Each place has eight words: first the fingerprint, then these. */
const [next, older, newer, count] = [4, 5, 6, 7] as const
const wordsOfPlace = 8
const firstCapacity = 64

/**
 * A hash table with chaining: ids with the same hash are linked by `next`, from the head in `chains`. `older` and
 * `newer` form a ring through place 0. Free places are linked by `next`, too.
 */
export function createIdTable(): IdTable {
  let words = new Uint32Array(0)
  let chains = new Uint32Array(0)
  let size = 0
  let places = 0
  let left = 0

  const get = (place: number, word: number) => words[place * wordsOfPlace + word] as number
  const set = (place: number, word: number, value: number) => {
    words[place * wordsOfPlace + word] = value
  }
  const chainOf = (firstWord: number) => firstWord & (chains.length - 1)

  function clear(): void {
    words = new Uint32Array(firstCapacity * wordsOfPlace)
    chains = new Uint32Array(firstCapacity)
    size = 0
    places = 0
    left = 0
  }

  function isAt(place: number, id: Fingerprint): boolean {
    for (let word = 0; word < 4; word++) if (get(place, word) !== id[word]) return false
    return true
  }

  function makePlace(): number {
    const place = left
    if (place === 0) return newPlace()
    left = get(place, next)
    return place
  }

  function newPlace(): number {
    if (++places === chains.length) grow()
    return places
  }

  function grow(): void {
    const grown = new Uint32Array(2 * words.length)
    grown.set(words)
    words = grown
    chains = new Uint32Array(2 * chains.length)
    for (let place = get(0, newer); place !== 0; place = get(place, newer)) chainUp(place)
  }

  function chainUp(place: number): void {
    const chain = chainOf(get(place, 0))
    set(place, next, chains[chain] as number)
    chains[chain] = place
  }

  function unchain(place: number): void {
    const chain = chainOf(get(place, 0))
    if (chains[chain] === place) chains[chain] = get(place, next)
    else {
      let before = chains[chain] as number
      while (get(before, next) !== place) before = get(before, next)
      set(before, next, get(place, next))
    }
  }

  function join(one: number, other: number): void {
    set(one, newer, other)
    set(other, older, one)
  }

  clear()
  return {
    find(id) {
      let place = chains[chainOf(id[0] as number)] as number
      while (place !== 0 && !isAt(place, id)) place = get(place, next)
      return place
    },
    add(id) {
      const place = makePlace()
      words.set(id, place * wordsOfPlace)
      set(place, count, 0)
      join(get(0, older), place)
      join(place, 0)
      chainUp(place)
      size++
      return place
    },
    remove(place) {
      unchain(place)
      join(get(place, older), get(place, newer))
      set(place, next, left)
      left = place
      size--
    },
    count: (place) => get(place, count),
    setCount: (place, value) => set(place, count, value),
    oldest: () => get(0, newer),
    size: () => size,
    clear,
  }
}
