import { closest, distance as editDistance } from 'fastest-levenshtein'

/** ` (did you mean X?)` if a candidate is similar, or the only one with this prefix; else the list of candidates. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates)
  if (near !== undefined) return ` (did you mean ${near}?)`
  if (candidates.length === 0) return ''
  return ` (expected ${candidates.length > 1 ? 'one of ' : ''}${candidates.join(', ')})`
}

/** Longer words resemble nothing, and to find that out would take long. */
const maxLength = 128

/** The candidate that is near, or the only one that starts like the word. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > maxLength) return undefined
  const [begun, ...others] = candidates.filter((each) => fold(each).startsWith(fold(word)))
  if (begun !== undefined && others.length === 0 && word.length > 2) return begun
  const reordered = candidates.find((each) => wordsOf(each) === wordsOf(word))
  if (reordered !== undefined) return reordered
  const near = closest(fold(word), candidates.map(fold))
  const candidate = candidates.find((each) => fold(each) === near)
  return editDistance(fold(word), near ?? '') <= Math.max(2, word.length / 3) ? candidate : undefined
}

/** The words of a name in an order of their own: CLIENT_INVALID has those of INVALID_CLIENT. */
function wordsOf(name: string): string {
  return fold(name).split('-').sort().join('-')
}

function fold(word: string): string {
  return word.toUpperCase().replaceAll(/[ _]/g, '-')
}
