import { closest, distance as editDistance } from 'fastest-levenshtein'

/** ` (did you mean X?)` when a candidate is near or the only one that starts like it, else the candidates. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return ''
  const [begun, ...others] = candidates.filter((each) => fold(each).startsWith(fold(word)))
  if (begun !== undefined && others.length === 0 && word.length > 2) return ` (did you mean ${begun}?)`
  const reordered = candidates.find((each) => wordsOf(each) === wordsOf(word))
  if (reordered !== undefined) return ` (did you mean ${reordered}?)`
  const near = closest(fold(word), candidates.map(fold))
  const candidate = candidates.find((each) => fold(each) === near)
  const isNear = candidate !== undefined && editDistance(fold(word), near) <= Math.max(2, word.length / 3)
  if (isNear) return ` (did you mean ${candidate}?)`
  return ` (expected ${candidates.length > 1 ? 'one of ' : ''}${candidates.join(', ')})`
}

/** The words of a name in an order of their own: CLIENT_INVALID has those of INVALID_CLIENT. */
function wordsOf(name: string): string {
  return fold(name).split('-').sort().join('-')
}

function fold(word: string): string {
  return word.toUpperCase().replaceAll(/[ _]/g, '-')
}
