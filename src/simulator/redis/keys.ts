/** The keys of one store. Those of a namespace share a hash tag, which keeps them in one slot of a cluster. */
export interface RedisKeys {
  /** Namespaces by when they were used last. */
  namespaces: string
  probe: string
  /** Tells of changes in any namespace. */
  changes: string
  limits: string
  of(namespace: string): NamespaceKeys
}

export interface NamespaceKeys {
  /** Generation of the namespace, version of its rules, counters of its journal. */
  meta: string
  /** Runtime rules by name, and their names in order. */
  rules: string
  order: string
  hits: string
  journal: string
  /** Tells that the journal has grown. */
  entries: string
  /** The ledger of a namespace is spread over all slots. */
  ledger(paymentRequestId: string): string
}

/** `prefix` comes before all keys, and keeps stores apart that share a Redis. */
export function redisKeys(prefix: string): RedisKeys {
  return {
    namespaces: `${prefix}:namespaces`,
    probe: `${prefix}:probe`,
    changes: `${prefix}:changes`,
    limits: `${prefix}:limit`,
    of(namespace) {
      const own = (name: string) => `${prefix}:{ns:${namespace}}:${name}`
      return {
        meta: own('meta'),
        rules: own('rules'),
        order: own('order'),
        hits: own('hits'),
        journal: own('journal'),
        entries: own('entries'),
        ledger: (paymentRequestId) => `${prefix}:{id:${namespace}|${paymentRequestId}}`,
      }
    },
  }
}
