/**
 * Which places of an id table belong to one payment: those stand in a ring. It takes no memory until the first two are
 * joined, and then 12 bytes a place.
 */
export interface IdRings {
  /** Makes one ring of two. Not for places that are in one ring already. */
  join(one: number, other: number): void
  isJoined(one: number, other: number): boolean
  /** Takes a place out of its ring. */
  leave(place: number): void
  /** The next place in its ring: itself where it is alone. */
  after(place: number): number
  clear(): void
}

/** Each place has three words; a place whose words are 0 is alone. */
const [next, previous, label] = [0, 1, 2] as const
const wordsOfPlace = 3

/** Rings are told apart by a label, which the smaller ring gives up when two are joined. */
export function createIdRings(): IdRings {
  let words = new Uint32Array(0)
  let labels = 0

  const get = (place: number, word: number) => {
    const at = place * wordsOfPlace + word
    return at < words.length ? (words[at] as number) : 0
  }
  const set = (place: number, word: number, value: number) => {
    words[place * wordsOfPlace + word] = value
  }
  const after = (place: number) => get(place, next) || place

  function makeRoomFor(place: number): void {
    if ((place + 1) * wordsOfPlace <= words.length) return
    const grown = new Uint32Array(wordsOfPlace * 2 ** Math.ceil(Math.log2(place + 2)))
    grown.set(words)
    words = grown
  }

  function connect(one: number, other: number): void {
    set(one, next, other)
    set(other, previous, one)
  }

  /** Which of two rings is the smaller one: both are walked at the same pace until one ends. */
  function isSmaller(one: number, other: number): boolean {
    let [here, there] = [after(one), after(other)]
    while (here !== one && there !== other) {
      here = after(here)
      there = after(there)
    }
    return here === one
  }

  function relabel(place: number, value: number): void {
    let each = place
    do {
      set(each, label, value)
      each = after(each)
    } while (each !== place)
  }

  return {
    join(one, other) {
      makeRoomFor(Math.max(one, other))
      const [small, large] = isSmaller(one, other) ? [one, other] : [other, one]
      if (get(large, label) === 0) set(large, label, ++labels)
      relabel(small, get(large, label))
      const [ofSmall, ofLarge] = [after(small), after(large)]
      connect(small, ofLarge)
      connect(large, ofSmall)
    },
    isJoined: (one, other) => one === other || (get(one, label) !== 0 && get(one, label) === get(other, label)),
    leave(place) {
      if (get(place, label) === 0) return
      connect(get(place, previous), get(place, next))
      for (const word of [next, previous, label]) set(place, word, 0)
    },
    after,
    clear() {
      words = new Uint32Array(0)
      labels = 0
    },
  }
}
