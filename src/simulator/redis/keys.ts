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

/**
 * The keys of a namespace. The names of fields are short, since Redis keeps them with each hash:
 *
 * | key | type | fields |
 * | --- | --- | --- |
 * | meta | hash | `g` generation, `v` version of the runtime rules, `i` last id, `b` bytes and `x` evictions of the journal |
 * | ledger | hash, one for each id | `g` generation that it belongs to, `a` attempts, `f` final result, `t` when it was given, `s` the id that stands for it, and has both in its place, `l` ids of the same payment as JSON |
 * | rules | hash | by name, the rule as JSON |
 * | order | list | the names, newest first |
 * | hits | hash | by rule id, how many calls it has taken |
 * | journal | stream, by entry id | `e` the entry as JSON |
 *
 * Generation and version are moments: a reset raises the first, a change of the rules the second.
 */
export interface NamespaceKeys {
  meta: string
  rules: string
  order: string
  hits: string
  journal: string
  /** Tells that the journal has grown. */
  entries: string
  /** The ledger of a namespace is spread over all slots. */
  ledger(id: string): string
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
        ledger: (id) => `${prefix}:{id:${namespace}|${id}}`,
      }
    },
  }
}
