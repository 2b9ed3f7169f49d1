import { InvalidArgumentError, type Option } from 'commander'
import type { RateLimit } from '../http/payments/rate-limit.js'
import { millisecondsIn } from '../scenarios/duration.js'
import { option } from './option.js'

export const rateLimitOption = (): Option =>
  option('--rate-limit <limit>', 'calls that a client may make, such as 20/s, 100/m or 5/h').argParser(parseRateLimit)

function parseRateLimit(text: string): RateLimit {
  const [, count, unit] = /^([0-9]+)\/([smh])$/.exec(text) ?? []
  const calls = Number(count)
  if (Number.isSafeInteger(calls) && calls >= 1)
    return { calls, seconds: millisecondsIn[unit as 's' | 'm' | 'h'] / 1000 }
  throw new InvalidArgumentError('A limit is a whole number from 1, and /s, /m or /h: 20/s is 20 calls a second.')
}
