import { Cluster, type ClusterOptions, Redis } from 'ioredis'
import type { RedisAddress } from './address.js'

export type RedisClient = Redis | Cluster

/** A connection without a reply for this time is closed, in milliseconds. */
const socketTimeout = 5000

/** Starts connecting. `subscriber` is for subscriptions only; a cluster uses one client for both. */
export function connectToRedis(address: RedisAddress): { client: RedisClient; subscriber: RedisClient } {
  if (address.kind === 'cluster') {
    const cluster = new Cluster([...address.nodes], clusterOptions(address))
    return { client: cluster, subscriber: cluster }
  }
  const client = new Redis({
    ...commonOptions(address),
    ...(address.kind === 'sentinel' ? sentinelOptions(address) : address.nodes[0]),
    db: address.db,
    retryStrategy: backoff,
    // After a failover the old master refuses writes.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
    enableOfflineQueue: false,
  })
  return { client, subscriber: client.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null }) }
}

function commonOptions({ username, password, tls }: RedisAddress) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    protocol: 2,
    replyMapping: 'legacy',
    socketTimeout,
    // A command that may have been executed is not sent again: its caller gets UNKNOWN_EXCEPTION.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  } as const
}

function sentinelOptions({ nodes, master = '', sentinelPassword, tls }: RedisAddress) {
  return {
    sentinels: [...nodes],
    name: master,
    failoverDetector: true,
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls && { sentinelTLS: {}, enableTLSForSentinelMode: true }),
  }
}

function clusterOptions(address: RedisAddress) {
  return {
    redisOptions: commonOptions(address),
    clusterRetryStrategy: backoff,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    // Certificates are checked against the host name, so it must not be resolved to an address.
    ...(address.tls && { dnsLookup: (name, done) => done(null, name) }),
  } satisfies ClusterOptions
}

/** The delay before the n-th attempt to connect, in milliseconds: at most 2 s, with jitter. */
function backoff(times: number): number {
  return Math.min(2000, 50 * 2 ** Math.min(times, 10)) * (0.5 + Math.random() / 2)
}
