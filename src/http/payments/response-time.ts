import { formatResponseTime } from '../../protocol/headers.js'

/** A `formatResponseTime` that formats once a second: most replies fall in the same second as the one before. */
export function createResponseTime(): (at: number) => string {
  let lastSecond = Number.NaN
  let last = ''
  return (at) => {
    const second = Math.floor(at / 1000)
    if (second === lastSecond) return last
    lastSecond = second
    last = formatResponseTime(at)
    return last
  }
}
