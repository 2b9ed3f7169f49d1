import type { Rule } from '../../scenarios/rule.js'
import type { RuleDefinition } from '../../scenarios/schema.js'
import { type Awaitable, after } from '../awaitable.js'
import { type LedgerEntry, mainNamespace, type NamespaceStore, type PaymentCall } from '../store.js'
import { createBatch } from './batch.js'
import type { RedisConnection } from './connection.js'
import { createRedisJournal } from './journal.js'
import type { RedisKeys } from './keys.js'
import { createRedisLedger, type LedgerCall, NewerGeneration } from './ledger.js'
import type { RedisPubSub } from './pubsub.js'
import {
  addRulesScript,
  keepScript,
  raiseScript,
  removeAllRulesScript,
  removeRulesScript,
  resetScript,
  rulesScript,
  tallyScript,
  touchScript,
} from './scripts.js'

export interface RedisNamespaceOptions {
  connection: RedisConnection
  pubsub: RedisPubSub
  keys: RedisKeys
  namespace: string
  journalMax: number
  journalMaxBytes: number
  /** How many namespaces there are at most. */
  namespaceMax: number
  /** How long what is not used is remembered, in milliseconds. */
  ledgerTtl: number
  /** Milliseconds since any moment. */
  now: () => number
}

export interface RedisNamespace extends NamespaceStore {
  /** What was known of the namespace is no longer so. */
  invalidate(): void
}

/** For how long what is known of a namespace is taken for true without asking, in milliseconds. */
const cacheMs = 1000

/** By how much what is known of a namespace outlives its ledger, in milliseconds. */
const marginMs = 3_600_000

/**
 * What all replicas remember of one namespace. This one keeps a copy of the runtime rules. Each call also brings back
 * the generation, which a reset raises, and the version of the rules: a copy is never older than a second.
 */
export function createRedisNamespace(options: RedisNamespaceOptions): RedisNamespace {
  const { connection, pubsub, keys, namespace, journalMax, journalMaxBytes, namespaceMax, ledgerTtl, now } = options
  const { meta, rules, order, hits, journal, holds, ledger: entryKey } = keys.of(namespace)
  const ledger = createRedisLedger({ connection, keyOf: entryKey, timeToLive: ledgerTtl })
  const timeToLive = { meta: ledgerTtl + marginMs, others: ledgerTtl }
  let known: Known = { generation: '', version: '', rules: [], byText: new Map() }
  let cachedUntil = Number.NEGATIVE_INFINITY
  let touchedAt = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | undefined
  let invalidations = 0

  function invalidate(): void {
    invalidations++
    cachedUntil = Number.NEGATIVE_INFINITY
  }

  async function load(): Promise<void> {
    const [startedAt, before] = [now(), invalidations]
    const [generation, version, ...texts] = await connection.evaluate<RulesReply>(rulesScript, [meta, rules, order])
    known =
      generation === known.generation && version === known.version ? known : renew(known, generation, version, texts)
    if (before === invalidations) cachedUntil = startedAt + cacheMs
  }

  /** What is known of the namespace, asked for again when it is too old. */
  function current(): Awaitable<Known> {
    return now() < cachedUntil ? known : renewed()
  }

  async function renewed(): Promise<Known> {
    while (now() >= cachedUntil) {
      loading ??= load().finally(() => {
        loading = undefined
      })
      await loading
    }
    return known
  }

  /**
   * Counts the hits of calls and returns the generation that the namespace is in. What it brings back shows as well
   * whether the copy is up to date.
   */
  async function tally(calls: readonly LedgerCall[]): Promise<string> {
    const [startedAt, before] = [now(), invalidations]
    const args = [ledgerTtl, ...countHits(calls)]
    const [generation, version] = await connection.evaluate<RulesReply>(tallyScript, [meta, hits], args)
    if (generation !== known.generation || version !== known.version) invalidate()
    // What was asked before a change says nothing about what is after it.
    if (before === invalidations) cachedUntil = startedAt + cacheMs
    return generation
  }

  /** Takes the calls of one moment, and counts their hits in the same one, in another slot. */
  const takeInBatch = createBatch(async (calls: readonly LedgerCall[]) => {
    // A hit that is not counted makes no answer wrong.
    const tallied = tally(calls).catch(() => undefined)
    const [replies, current] = await Promise.all([ledger.takeAll(calls), tallied])
    return replies.map((reply, index) => ({
      reply,
      isCurrent: current === undefined || current === calls[index]?.generation,
    }))
  })

  function take(id: string, rule: Rule, call: PaymentCall = {}): Awaitable<LedgerEntry> {
    return after(current(), ({ generation }) => takeIn({ generation, id, rule, at: call.at ?? '' }, call))
  }

  async function takeIn(call: LedgerCall, payment: PaymentCall): Promise<LedgerEntry> {
    const { generation, id, rule } = call
    try {
      if (payment.otherId !== undefined) await ledger.link(generation, id, payment.otherId)
      const { reply, isCurrent } = await takeInBatch(call)
      const entry = await ledger.entryOf(call, await reply)
      return isCurrent ? entry : take(id, rule, payment)
    } catch (error) {
      if (!(error instanceof NewerGeneration)) throw error
      await connection.evaluate(raiseScript, [meta], [error.generation])
      invalidate()
      return take(id, rule, payment)
    }
  }

  /** Nobody waits for it: it is made up for with the next use. */
  function touch(): void {
    if (now() - touchedAt < cacheMs) return
    touchedAt = now()
    connection
      .evaluate(keepScript, [meta, rules, order, hits, journal, holds], [timeToLive.meta, timeToLive.others])
      .catch(ignore)
    if (namespace !== mainNamespace) makeRoom().catch(ignore)
  }

  async function makeRoom(): Promise<void> {
    const leaving = await connection.evaluate<string[]>(
      touchScript,
      [keys.namespaces],
      [namespace, namespaceMax, timeToLive.meta],
    )
    await Promise.all(leaving.map((name) => clear(name, 'end')))
  }

  async function clear(name: string, message: 'reset' | 'end'): Promise<void> {
    const { meta, rules, order, hits, journal, holds } = keys.of(name)
    await connection.evaluate(
      resetScript,
      [meta, rules, order, hits, journal, holds],
      [keys.changes, `${message} ${name}`, timeToLive.meta],
    )
  }

  /** Runs a script that changes runtime rules. */
  async function change(script: typeof addRulesScript, others: readonly string[], args: readonly (string | number)[]) {
    const changed = await connection.evaluate(
      script,
      [meta, rules, order, ...others],
      [keys.changes, `rules ${namespace}`, ...args],
    )
    invalidate()
    return changed
  }

  return {
    take,
    ledgerEntry: async (id) => ledger.entry((await current()).generation, id),
    forget: async (id) => ledger.forget((await current()).generation, id),
    // Redis lets ids go by their age, and tells nobody.
    ledgerSize: () => ({ entries: Number.NaN, evicted: 0 }),
    async hits() {
      const found = await connection.run((redis) => redis.hgetall(hits))
      return new Map(Object.entries(found).map(([rule, count]) => [rule, Number(count)]))
    },
    runtimeRules() {
      touch()
      return after(current(), ({ rules }) => rules)
    },
    async addRules(definitions) {
      const named = definitions.flatMap((definition) => [definition.name, JSON.stringify(definition)])
      return (await change(addRulesScript, [], [timeToLive.others, timeToLive.meta, ...named])) as number[]
    },
    removeRule: async (name) => (await change(removeRulesScript, [hits], [name])) === 1,
    async removeRules() {
      await change(removeAllRulesScript, [hits], [])
    },
    async reset() {
      await clear(namespace, 'reset')
      invalidate()
    },
    journal: createRedisJournal({
      connection,
      pubsub,
      keys,
      namespace,
      max: journalMax,
      maxBytes: journalMaxBytes,
      timeToLive,
      onAppend: touch,
    }),
    invalidate,
  }
}

/** For each generation and rule how many calls there are: the three by turns. */
function countHits(calls: readonly LedgerCall[]): (string | number)[] {
  const counts = new Map<string, [generation: string, rule: string, count: number]>()
  for (const { generation, rule } of calls) {
    const key = `${generation} ${rule.id}`
    const known = counts.get(key)
    if (known === undefined) counts.set(key, [generation, rule.id, 1])
    else known[2]++
  }
  return [...counts.values()].flat()
}

/** The copy of a replica. */
interface Known {
  generation: string
  version: string
  rules: readonly RuleDefinition[]
  /** The same text means the same object, which is compiled only once. */
  byText: ReadonlyMap<string, RuleDefinition>
}

type RulesReply = [generation: string, version: string, ...rules: string[]]

function renew({ byText }: Known, generation: string, version: string, texts: readonly string[]): Known {
  const next = new Map(texts.map((text) => [text, byText.get(text) ?? (JSON.parse(text) as RuleDefinition)]))
  return { generation, version, rules: [...next.values()], byText: next }
}

function ignore(): void {}
