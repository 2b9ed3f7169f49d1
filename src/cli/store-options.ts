import { availableParallelism } from 'node:os'
import { type Command, InvalidArgumentError, type Option } from 'commander'
import { millisecondsIn, parseDuration } from '../scenarios/duration.js'
import { defaults } from '../server/options.js'
import { addressForms, parseRedisAddress, type RedisAddress } from '../simulator/redis/address.js'
import { exitCodes } from './exit.js'
import { option } from './option.js'

/** The options of the Redis store. */
export const storeOptions = (): Option[] => [
  option('--store <address>', 'Redis that remembers for all replicas, redis://host (default: memory)').argParser(
    parseStore,
  ),
  option('--store-prefix <text>', 'comes before all keys in Redis')
    .argParser(parsePrefix)
    .default(defaults.storePrefix),
  option('--ledger-ttl <time>', 'how long Redis remembers an id after its last call, such as 7d, 12h, 30m or 90s')
    .argParser(parseTtl)
    .default(defaults.ledgerTtl, '7d'),
  option(
    '--workers <number>',
    'processes behind one port, which share a Redis store; auto: one for each core',
  ).argParser(parseWorkers),
]

/** Ends the command with a usage error where workers would share nothing. */
export function checkWorkers(command: Command, options: { workers?: number; store?: RedisAddress }): void {
  if (options.workers === undefined || options.store !== undefined) return
  const why = 'workers remember in a Redis that they share: give it with --store redis://host'
  command.error(`error: --workers needs --store; ${why}`, { exitCode: exitCodes.usage })
}

/** More would be a slip, such as a port. */
const maxWorkers = 128

function parseWorkers(text: string): number {
  const count = text === 'auto' ? availableParallelism() : Number(text)
  if (Number.isSafeInteger(count) && count >= 1 && count <= maxWorkers) return count
  throw new InvalidArgumentError(`It is a whole number from 1 to ${maxWorkers}, or auto.`)
}

function parseStore(text: string): RedisAddress {
  const address = parseRedisAddress(text)
  if (address !== undefined) return address
  throw new InvalidArgumentError(`An address is ${addressForms}.`)
}

/** No braces: Redis Cluster would take them for a hash tag. */
function parsePrefix(text: string): string {
  if (/^[\w.:-]{1,64}$/.test(text)) return text
  throw new InvalidArgumentError('A prefix is 1 to 64 letters, digits, or any of _ . : -')
}

/** Redis itself would accept far more. */
const maxTtl = 100_000 * millisecondsIn.d

function parseTtl(text: string): number {
  const milliseconds = Math.round(parseDuration(text) ?? 0)
  if (milliseconds > 0 && milliseconds <= maxTtl) return milliseconds
  throw new InvalidArgumentError('A time is a number and ms, s, m, h or d, up to 100000d: 12h is twelve hours.')
}
