import { InvalidArgumentError, Option } from 'commander'
import { profiles } from '../protocol/profile.js'
import { nearest } from '../scenarios/did-you-mean.js'
import { defaults } from '../server/options.js'
import { scenarioPath } from '../server/shipped.js'

/** The environment variables of all options that were made. */
const variables = new Set<string>()

/**
 * An option that can also be set by an environment variable, named after its flag: `--log-level`, MPP_SIM_LOG_LEVEL.
 * A flag without a value is off if its variable is 0, false, no, off or empty.
 */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description)
  const variable = `MPP_SIM_${String(made.long).slice(2).replaceAll('-', '_').toUpperCase()}`
  variables.add(variable)
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
  const why = text.startsWith('tcp://') ? ' Kubernetes sets that for a Service: set enableServiceLinks to false.' : ''
  throw new InvalidArgumentError(`A port is a whole number from 0 to 65535, not "${text}".${why}`)
}

function adviceFor(name: string): string {
  const near = nearest(name, [...variables])
  return near === undefined ? '' : ` (did you mean ${near}?)`
}

/** Variables that look like ours and are not, in words. Those that Kubernetes sets for a Service are nobody's mistake. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('MPP_SIM_') && !variables.has(name))
    .filter((name) => !/^MPP_SIM_(SERVICE_(HOST|PORT)|PORT_\d+)/.test(name))
    .map((name) => `${name} is not known${adviceFor(name)}`)
}

export const scenariosOption = () =>
  option('--scenarios <paths>', 'scenario files or folders, separated by commas; builtin, acceptance; may be repeated')
    .argParser(collectScenarios)
    .default(defaults.scenarios, 'the shipped scenarios')

export const pathOption = () =>
  option('--path <path>', 'a further path of the API; may be repeated')
    .argParser(collectPath)
    .default(defaults.paths, 'none')

export const allowHostOption = () =>
  option('--allow-host <name>', 'a further name by which browsers may use /__admin, /ui and /docs; may be repeated')
    .argParser(collectHost)
    .default(defaults.allowHosts, 'none')

/** A variable of the environment cannot be repeated, so commas separate as well. */
function collectScenarios(value: string, previous: readonly string[]): readonly string[] {
  const paths = value.split(',').map((path) => path.trim())
  if (paths.includes('')) throw new InvalidArgumentError('Paths are separated by single commas.')
  return paths.reduce<readonly string[]>((all, path) => collect(scenarioPath(path), all), previous)
}

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
  if (/^\/(__admin|ns|ui|docs|metrics|livez|readyz|openapi\.(json|yaml))(\/|$)/.test(value))
    throw new InvalidArgumentError('The simulator itself answers there.')
  if (/^\/[^:*?#\s]+$/.test(value)) return collect(value, previous)
  throw new InvalidArgumentError('A path starts with / and has no :, *, ?, # or space.')
}

export const profileOption = () =>
  option('--profile <who>', 'who calls: mpp, Alipay+ calls an MPP; acqp, an acquirer calls Alipay+; or all')
    .choices(profiles)
    .default(defaults.profile)

/** An id of the protocol. */
export function parseId(text: string): string {
  if (text !== '' && [...text].length <= 64) return text
  throw new InvalidArgumentError('An id has 1 to 64 characters.')
}

function collectHost(value: string, previous: readonly string[]): string[] {
  if (/^([\w.-]+|\[[\da-f:]+\])$/i.test(value)) return collect(value, previous)
  throw new InvalidArgumentError('It is a name without scheme, port and path, such as mpp.example.')
}

/** `tlsCert` as it is spelt on the command line: `--tls-cert`. */
export function flagOf(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** A whole number of at least 1. */
export function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('It is a whole number from 1.')
}

/** A whole number from 1 to a bound, above which memory would not be enough. */
export function parseCountTo(max: number): (text: string) => number {
  return (text) => {
    const count = parseCount(text)
    if (count <= max) return count
    throw new InvalidArgumentError(`It is a whole number from 1 to ${max}.`)
  }
}

/** The default Client-Id of `keygen` and `cancel`. */
export const defaultClientId = 'SANDBOX_5YC47N2ZQHJ004124'
