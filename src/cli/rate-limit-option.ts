import { InvalidArgumentError, type Option } from 'commander'
import type { RateLimit } from '../http/payments/rate-limit.js'
import { option } from './option.js'

export const rateLimitOption = (): Option =>
  option('--rate-limit <limit>', 'calls that a client may make, such as 20/s, 100/m or 5/h').argParser(parseRateLimit)

const units: Partial<Record<string, number>> = { s: 1, m: 60, h: 3600 }

function parseRateLimit(text: string): RateLimit {
  const [, count, unit = ''] = /^([0-9]+)\/([a-z])$/.exec(text) ?? []
  const calls = Number(count)
  const seconds = units[unit]
  if (seconds !== undefined && Number.isSafeInteger(calls) && calls >= 1) return { calls, seconds }
  throw new InvalidArgumentError('A limit is a whole number from 1, and /s, /m or /h: 20/s is 20 calls a second.')
}
