import type { RuleDefinition } from '../../scenarios/schema.js'
import { createMemoryJournal, defaultJournalMax, type JournalSize } from '../journal.js'
import { bytesOf } from '../rule-cost.js'
import { type LedgerSize, mainNamespace, type NamespaceStore, type Store, type StoreSize } from '../store.js'
import { createMemoryLedger } from './ledger.js'

/** How many payment ids are remembered at most, unless told otherwise. */
export const defaultLedgerMax = 1_000_000

export interface MemoryStoreOptions {
  /** How many payment ids are remembered at most; by all namespaces together, as many again. */
  ledgerMax?: number
  /** How many journal entries each namespace keeps at most. */
  journalMax?: number
  /** How many namespaces there are at most. */
  namespaceMax?: number
  /** How many bytes the journals and runtime rules of all namespaces keep at most. */
  namespaceBytes?: number
}

interface MemoryNamespace extends NamespaceStore {
  size(): { ledger: LedgerSize; journal: JournalSize }
  /** Forgets all, and tells whoever listens. */
  end(): void
}

/** What all namespaces hold together. */
interface Load {
  ids: number
  bytes: number
}

/**
 * Remembers in this process. Whenever there are too many namespaces, or they hold too much, the least recently used
 * one leaves. No namespace may hold more than a tenth of the ids, so none can push out all others.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const { ledgerMax = defaultLedgerMax, journalMax = defaultJournalMax } = options
  const { namespaceMax = 1000, namespaceBytes = 128 * 1024 * 1024 } = options
  const main = createMemoryNamespace({ ledgerMax, journalMax, load: { ids: 0, bytes: 0 }, onGrowth: () => {} })
  const named = new Map<string, MemoryNamespace>()
  const load: Load = { ids: 0, bytes: 0 }
  const gone = { ledger: 0, journal: 0 }
  const share = Math.ceil(ledgerMax / 10)

  function makeRoom(): void {
    for (const [name, namespace] of named) {
      const isFull = named.size > namespaceMax || load.ids > ledgerMax || load.bytes > namespaceBytes
      if (!isFull || named.size === 1) break
      named.delete(name)
      const { ledger, journal } = namespace.size()
      gone.ledger += ledger.entries + ledger.evicted
      gone.journal += journal.entries + journal.evicted
      namespace.end()
    }
  }

  function touch(name: string): MemoryNamespace {
    const known = named.get(name)
    const namespace = known ?? createMemoryNamespace({ ledgerMax: share, journalMax, load, onGrowth: makeRoom })
    named.delete(name)
    named.set(name, namespace)
    if (known === undefined) makeRoom()
    return namespace
  }

  return {
    namespace: (name) => (name === mainNamespace ? main : touch(name)),
    namespaces: () => [...named.keys()],
    size: () => addUp(gone, named.size, [main, ...named.values()]),
  }
}

function addUp(gone: { ledger: number; journal: number }, namespaces: number, all: MemoryNamespace[]): StoreSize {
  const total = {
    namespaces,
    ledger: { entries: 0, evicted: gone.ledger },
    journal: { entries: 0, bytes: 0, evicted: gone.journal },
  }
  for (const each of all) {
    const { ledger, journal } = each.size()
    total.ledger.entries += ledger.entries
    total.ledger.evicted += ledger.evicted
    total.journal.entries += journal.entries
    total.journal.bytes += journal.bytes
    total.journal.evicted += journal.evicted
  }
  return total
}

function createMemoryNamespace(options: {
  ledgerMax: number
  journalMax: number
  load: Load
  onGrowth: () => void
}): MemoryNamespace {
  const { ledgerMax, journalMax, load, onGrowth } = options
  const ledger = createMemoryLedger({ max: ledgerMax, onGrowth: (ids) => grow(ids, 0) })
  const journal = createMemoryJournal({ max: journalMax, onGrowth: (bytes) => grow(0, bytes) })
  const hits = new Map<string, number>()
  let rules: readonly RuleDefinition[] = []
  let isGone = false

  function grow(ids: number, bytes: number): void {
    // A call that is still under way may write to a namespace that has left.
    if (isGone) return
    load.ids += ids
    load.bytes += bytes
    if (ids + bytes > 0) onGrowth()
  }

  function replaceRules(replacement: readonly RuleDefinition[]): void {
    const bytes = (list: readonly RuleDefinition[]) => list.reduce((sum, each) => sum + bytesOf(each), 0)
    const growth = bytes(replacement) - bytes(rules)
    rules = replacement
    grow(0, growth)
  }

  function reset(): void {
    ledger.clear()
    journal.clear()
    hits.clear()
    replaceRules([])
  }

  return {
    take(id, rule, call) {
      hits.set(rule.id, (hits.get(rule.id) ?? 0) + 1)
      return ledger.take(id, rule, call)
    },
    ledgerEntry: ledger.entry,
    forget: ledger.forget,
    ledgerSize: ledger.size,
    hits: () => hits,
    runtimeRules: () => rules,
    addRules(definitions) {
      const known = new Set(rules.map(({ name }) => name))
      const taken = definitions.flatMap(({ name }, position) => {
        if (known.has(name)) return [position]
        known.add(name)
        return []
      })
      if (taken.length === 0) replaceRules([...definitions, ...rules])
      return taken
    },
    removeRule(name) {
      const others = rules.filter((rule) => rule.name !== name)
      const isKnown = others.length < rules.length
      if (isKnown) {
        replaceRules(others)
        hits.delete(`runtime/${name}`)
      }
      return isKnown
    },
    removeRules() {
      for (const { name } of rules) hits.delete(`runtime/${name}`)
      replaceRules([])
    },
    reset,
    journal,
    size: () => ({ ledger: ledger.size(), journal: journal.size() }),
    end() {
      reset()
      isGone = true
      journal.end()
    },
  }
}
