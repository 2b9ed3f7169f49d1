/** The most instructions that a regular expression may compile to: with them a value of 64 characters takes milliseconds. */
export const maxRegexSize = 1000

/** What naming a class of Unicode such as \pL costs once, however often it repeats: it takes as long to compile. */
const sizeOfClass = 30

/** What was read of a regular expression in one pair of brackets, so far. */
interface Group {
  /** Of all that is finished. */
  size: number
  /** Of what a quantifier would repeat. */
  last: number
}

const token = /\\Q.*?(?:\\E|$)|\\(?:[pPx]\{[^}]*\}|.)|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\{(\d+)(?:(,)(\d*))?\}|./gsy

/**
 * How many instructions a regular expression in RE2 syntax compiles to, at most. It is told without compiling, as a few
 * nested counts such as `((a{0,99}){0,99}){0,99}` would take gigabytes.
 */
export function regexSize(source: string): number {
  const outer: Group[] = []
  let group: Group = { size: 0, last: 0 }
  const add = (size: number) => {
    group = { size: group.size + group.last, last: size }
  }
  for (const [text, least, comma, most] of source.matchAll(token)) {
    if (least !== undefined) group.last = repeated(group.last, Number(least), comma, most)
    else if (text === '(') {
      outer.push(group)
      group = { size: 0, last: 0 }
    } else if (text === ')') {
      // Where it begins, where it ends, and where it is empty.
      const inside = group.size + group.last + 3
      group = outer.pop() ?? { size: 0, last: 0 }
      add(inside)
    } else if (text === '|') add(3)
    else if (text === '*' || text === '+' || text === '?') group.last++
    else add(text.startsWith('\\Q') ? text.length : 1)
  }
  const classes = source.match(/\\p/gi)?.length ?? 0
  const size = outer.reduceRight((inside, { size, last }) => inside + size + last, group.size + group.last)
  return size + classes * sizeOfClass
}

/** `x{2,5}` is two times x, and three times an x that may be left out; `x{2,}` is two times x, the last of them with a loop. */
function repeated(size: number, least: number, comma: string | undefined, most: string | undefined): number {
  if (comma === undefined) return size * least
  return most === '' ? size * Math.max(1, least) + 1 : size * least + (size + 1) * Math.max(0, Number(most) - least)
}
