import { formatResponseTime } from '../../protocol/headers.js'

/** Formats a time as `formatResponseTime` does, once a second: most replies have the second of the one before. */
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
