/** Milliseconds in each unit of time. */
export const millisecondsIn = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

type Unit = keyof typeof millisecondsIn

/** A duration, as part of a regular expression: `250ms`, `1.5s`, `30m`, `12h`, `7d`. */
export const durationPattern = `[0-9]+(\\.[0-9]+)?(${Object.keys(millisecondsIn).join('|')})`

const wholeDuration = new RegExp(`^${durationPattern}$`)

/** A duration in milliseconds; `undefined` if the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const unit = wholeDuration.exec(text)?.[2] as Unit | undefined
  return unit === undefined ? undefined : Number.parseFloat(text) * millisecondsIn[unit]
}
