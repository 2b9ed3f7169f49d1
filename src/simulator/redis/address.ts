/** The address of a Redis, with credentials. */
export interface RedisAddress {
  kind: 'single' | 'cluster' | 'sentinel'
  /** One node for a single server; the seed nodes of a cluster; the sentinels. */
  nodes: readonly { host: string; port: number }[]
  /** The name of the server at the sentinels; only with sentinels. */
  master?: string | undefined
  username?: string | undefined
  password?: string | undefined
  /** The password of the sentinels themselves. */
  sentinelPassword?: string | undefined
  db: number
  tls: boolean
}

const form =
  /^redis(?<tls>s?)(?:\+(?<kind>cluster|sentinel))?:\/\/(?:(?<username>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<path>[^?#]*))?(?:\?sentinelPassword=(?<sentinelPassword>[^&#]+))?$/

/** The forms of an address, for error messages. */
export const addressForms =
  'redis://[user:password@]host[:6379][/db], redis+sentinel://host[:26379],host/master[/db] or ' +
  'redis+cluster://host[:6379],host; with TLS rediss://, rediss+sentinel:// or rediss+cluster://'

/** Parses an address; `undefined` if it is invalid. User and password are percent-encoded. */
export function parseRedisAddress(text: string): RedisAddress | undefined {
  const { kind = 'single', tls, hosts = '', path = '', ...secrets } = form.exec(text)?.groups ?? {}
  const nodes = hosts.split(',').map((host) => parseNode(host, kind === 'sentinel' ? 26379 : 6379))
  const place = parsePath(kind, path)
  const [username, password, sentinelPassword] = [secrets.username, secrets.password, secrets.sentinelPassword].map(
    decode,
  )
  const isValid =
    place !== undefined && (kind !== 'single' || nodes.length === 1) && !(sentinelPassword && kind !== 'sentinel')
  if (!isValid || nodes.includes(undefined)) return undefined
  return {
    kind: kind as RedisAddress['kind'],
    nodes: nodes.filter((node) => node !== undefined),
    ...place,
    username: username || undefined,
    password,
    sentinelPassword,
    tls: tls === 's',
  }
}

/** The address without its secrets, for logs. */
export function nameOfRedis({ kind, nodes, master, db }: RedisAddress): string {
  const hosts = nodes.map(({ host, port }) => `${host}:${port}`).join(',')
  return `${kind === 'single' ? 'redis' : kind} ${hosts}${master === undefined ? '' : `/${master}`}/${db}`
}

function parseNode(text: string, defaultPort: number): { host: string; port: number } | undefined {
  const {
    host,
    bare,
    port = defaultPort,
  } = /^(?:\[(?<bare>[0-9a-f:.]+)\]|(?<host>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/i.exec(text)?.groups ?? {}
  const name = host ?? bare
  return name === undefined || Number(port) < 1 || Number(port) > 65535 ? undefined : { host: name, port: Number(port) }
}

/** A cluster has no numbered databases. */
function parsePath(kind: string, path: string): { db: number; master?: string } | undefined {
  if (kind === 'cluster') return path === '' ? { db: 0 } : undefined
  if (kind === 'single') return /^\d{0,5}$/.test(path) ? { db: Number(path) } : undefined
  const [, master, db = '0'] = /^([^/\s]+)(?:\/(\d{1,5}))?$/.exec(path) ?? []
  return master === undefined ? undefined : { db: Number(db), master }
}

/** A stray percent sign is kept. */
function decode(text: string | undefined): string | undefined {
  return text?.replace(/(%[0-9a-f]{2})+/gi, (escaped) => Buffer.from(escaped.replaceAll('%', ''), 'hex').toString())
}
