export type Numbers = readonly number[]

/**
 * Measures by turns, so that whatever else the machine does hits all alike. Each gets one result a round, in the order
 * of the subjects.
 */
export async function inTurns<Subject, Result>(
  subjects: readonly Subject[],
  rounds: number,
  measure: (subject: Subject) => Promise<Result>,
): Promise<Result[][]> {
  const results: Result[][] = subjects.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, subject] of subjects.entries()) results[index]?.push(await measure(subject))
  return results
}

export function median(numbers: Numbers): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** The median of the ratios of each round. */
export function medianRatio(ours: Numbers, control: Numbers): number {
  return median(ours.map((value, round) => value / (control[round] ?? Number.NaN)))
}

/** The median of the differences of each round. */
export function medianDifference(ours: Numbers, control: Numbers): number {
  return median(ours.map((value, round) => value - (control[round] ?? Number.NaN)))
}

/** From the least to the most, as a share of the median. */
export function spread(numbers: Numbers): number {
  return (Math.max(...numbers) - Math.min(...numbers)) / median(numbers)
}

/** A number below which so many of a hundred are. */
export function percentile(numbers: Numbers, percent: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN
}
