import { closest, distance as editDistance } from 'fastest-levenshtein'

/** ` (did you mean X?)` when a candidate is near or the only one that starts like it, else the candidates. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return ''
  if (word.length > maxLength) return expectedOf(candidates)
  const [begun, ...others] = candidates.filter((each) => fold(each).startsWith(fold(word)))
  if (begun !== undefined && others.length === 0 && word.length > 2) return ` (did you mean ${begun}?)`
  const near = closest(fold(word), candidates.map(fold))
  const candidate = candidates.find((each) => fold(each) === near)
  const isNear = candidate !== undefined && editDistance(fold(word), near) <= Math.max(2, word.length / 3)
  if (isNear) return ` (did you mean ${candidate}?)`
  return expectedOf(candidates)
}

/** Longer words resemble nothing, and to find that out would take long. */
const maxLength = 128

function expectedOf(candidates: readonly string[]): string {
  return ` (expected ${candidates.length > 1 ? 'one of ' : ''}${candidates.join(', ')})`
}

function fold(word: string): string {
  return word.toUpperCase().replaceAll(/[ _]/g, '-')
}
