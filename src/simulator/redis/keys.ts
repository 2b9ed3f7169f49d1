/** The keys of one store. Those of a namespace share a hash tag, which keeps them in one slot of a cluster. */
export interface RedisKeys {
  /** Namespaces, sorted by last use. */
  namespaces: string
  /** What health checks write. */
  probe: string
  /** Is made once: if it changes, Redis has lost data. In the slot of `probe`. */
  mark: string
  /** The channel for changes in any namespace. */
  changes: string
  limits: string
  of(namespace: string): NamespaceKeys
}

/**
 * The keys of a namespace. The names of fields are short, since Redis keeps them with each hash:
 *
 * | key | type | fields |
 * | --- | --- | --- |
 * | meta | hash | `g` generation, `v` version of the rules, `i` last id, `b` bytes and `x` evictions of the journal |
 * | ledger | hash, one for each id | `g` generation that it belongs to, `a` attempts, `f` final result, `t` its time, `s` the id |
 * | | | whose entry has the final result in its place, `l` other ids of the payment as JSON |
 * | rules | hash | by name, the rule as JSON |
 * | order | list | the names, newest first |
 * | hits | hash | by rule id, how many calls it has taken |
 * | journal | stream, by entry id | `e` the entry as JSON |
 * | holds | hash | by entry id, what became of a call that was held, as JSON |
 *
 * Generation and version are timestamps: a reset raises the first, a change of the rules the second.
 */
export interface NamespaceKeys {
  meta: string
  rules: string
  order: string
  hits: string
  journal: string
  holds: string
  /** The channel for new journal entries, and for those that were amended. */
  entries: string
  /** The key of one ledger entry. The ledger is spread over all slots of a cluster. */
  ledger(id: string): string
}

/** `prefix` starts all keys, so that several stores can share a Redis. */
export function redisKeys(prefix: string): RedisKeys {
  return {
    namespaces: `${prefix}:namespaces`,
    probe: `${prefix}:{probe}:stream`,
    mark: `${prefix}:{probe}:mark`,
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
        holds: own('holds'),
        entries: own('entries'),
        ledger: (id) => `${prefix}:{id:${namespace}|${distinct(id)}}`,
      }
    },
  }
}

/** As UTF-8, all lone surrogates would be the same: here they are written out. No id begins with what is put before these. */
function distinct(id: string): string {
  return loneSurrogate.test(id) ? `\u0000${JSON.stringify(id)}` : id
}

const loneSurrogate = /\p{Cs}/u
