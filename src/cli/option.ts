import { InvalidArgumentError, Option } from 'commander'
import { defaults } from '../server/options.js'

/**
 * An option that can also be set by an environment variable, named after its flag: `--log-level`, MPP_SIM_LOG_LEVEL.
 * A flag without a value is off if its variable is 0, false, no, off or empty.
 */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description)
  const variable = `MPP_SIM_${String(made.long).slice(2).replaceAll('-', '_').toUpperCase()}`
  const isOff = made.isBoolean() && /^(0|false|no|off)?$/i.test(process.env[variable] ?? 'unset')
  return isOff ? made : made.env(variable)
}

export const hostOption = () =>
  option('--host <address>', 'address that the server listens on').default(process.env.HOST ?? defaults.host)

export const portOption = () =>
  option('--port <number>', 'port that it listens on; 0 takes a free one').argParser(parsePort).default(defaultPort())

function defaultPort(): number {
  return process.env.PORT === undefined ? defaults.port : parsePort(process.env.PORT)
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new InvalidArgumentError(`A port is a whole number from 0 to 65535, not "${text}".`)
}

export const scenariosOption = () =>
  option('--scenarios <path>', 'scenario file, or folder of them; may be repeated')
    .argParser(collect)
    .default(defaults.scenarios, 'the shipped scenarios')

export const pathOption = () =>
  option('--path <path>', 'a further path of the API; may be repeated')
    .argParser(collectPath)
    .default(defaults.paths, 'none')

export const allowHostOption = () =>
  option('--allow-host <name>', 'a further name by which browsers may use /__admin, /ui and /docs; may be repeated')
    .argParser(collectHost)
    .default(defaults.allowHosts, 'none')

/** Collects repeated options; the first one replaces the default. */
function collect(value: string, previous: readonly string[]): string[] {
  return collected.has(previous) ? remember([...previous, value]) : remember([value])
}

const collected = new WeakSet<readonly string[]>()

function remember(values: string[]): string[] {
  collected.add(values)
  return values
}

function collectPath(value: string, previous: readonly string[]): string[] {
  if (/^\/[^:*?#\s]+$/.test(value)) return collect(value, previous)
  throw new InvalidArgumentError('A path starts with / and has no :, *, ?, # or space.')
}

function collectHost(value: string, previous: readonly string[]): string[] {
  if (/^([\w.-]+|\[[\da-f:]+\])$/i.test(value)) return collect(value, previous)
  throw new InvalidArgumentError('It is a name without scheme, port and path, such as mpp.example.')
}

/** A whole number of at least 1. */
export function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('It is a whole number from 1.')
}

/** The default Client-Id of `keygen` and `cancel`. */
export const defaultClientId = 'SANDBOX_5YC47N2ZQHJ004124'
