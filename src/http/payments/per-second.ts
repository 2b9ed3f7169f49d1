/** A format of a time in epoch milliseconds that is made once a second: most replies fall in the same one. */
export function createPerSecond(format: (at: number) => string): (at: number) => string {
  let lastSecond = Number.NaN
  let last = ''
  return (at) => {
    const second = Math.floor(at / 1000)
    if (second === lastSecond) return last
    lastSecond = second
    last = format(at)
    return last
  }
}
