/** Milliseconds for people: `20 ms`, `1.2 s`. */
export function secondsText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds * 10) / 10} ms`
  return `${Math.round(milliseconds / 100) / 10} s`
}
