import type { Result } from '../protocol/result.js'
import type { Rule } from '../scenarios/rule.js'
import type { RuleDefinition } from '../scenarios/schema.js'
import type { Awaitable } from './awaitable.js'
import type { Journal, JournalSize } from './journal.js'

/** What the ledger holds for an id of a payment. */
export interface LedgerEntry {
  readonly attempts: number
  /** The S or F result that was given to this id, or to another one of the same payment. It never changes. */
  readonly final: Result | undefined
  /** When it was given, in epoch seconds; nothing where the call did not say. */
  readonly finalAt?: number
}

/** What a call says of its payment beside the id that its attempts are counted by. */
export interface PaymentCall {
  /** Another id of the same payment: from then on, both get the same final result, unless each has one by then. */
  readonly otherId?: string | undefined
  /** When the call came, in epoch seconds, where it is to be known when the final result was given. */
  readonly at?: number | undefined
}

export interface LedgerSize {
  entries: number
  /** How many ids were pushed out because the ledger was full. */
  evicted: number
}

/** What one namespace remembers. Each method is one atomic step, whoever else is calling. */
export interface NamespaceStore {
  /**
   * Takes a call for the id that the rule answers: counts the attempt and a hit for the rule and, where there is no
   * final result yet, keeps the one that the rule gives this attempt. Returns the count with this attempt, and the final
   * result from before it.
   */
  take(id: string, rule: Rule, call?: PaymentCall): Awaitable<LedgerEntry>
  /** Looks without counting. */
  ledgerEntry(id: string): Awaitable<LedgerEntry | undefined>
  /** Forgets the id, and all others of the same payment. Returns whether it was known. */
  forget(id: string): Awaitable<boolean>
  ledgerSize(): Awaitable<LedgerSize>
  /** How many calls each rule has taken, by rule id. */
  hits(): Awaitable<ReadonlyMap<string, number>>
  /** Newest first. The same array until they change. */
  runtimeRules(): Awaitable<readonly RuleDefinition[]>
  /** Puts rules before the others, in their own order. Where names are taken, adds none and returns their positions. */
  addRules(definitions: readonly RuleDefinition[]): Awaitable<readonly number[]>
  /** Returns whether there was a rule of that name. */
  removeRule(name: string): Awaitable<boolean>
  removeRules(): Awaitable<void>
  /** Forgets runtime rules, ledger, hits and journal at once. */
  reset(): Awaitable<void>
  readonly journal: Journal
}

/** All that is kept, over all namespaces. */
export interface StoreSize {
  namespaces: number
  ledger: LedgerSize
  journal: JournalSize
}

/** Remembers what was answered. */
export interface Store {
  /** What a namespace remembers, made on first use: the same object for as long as the namespace lives. */
  namespace(name: string): NamespaceStore
  /** The names of all namespaces in use but the main one. */
  namespaces(): Awaitable<readonly string[]>
  size(): Awaitable<StoreSize>
}

/** The namespace of the paths without a prefix. */
export const mainNamespace = ''
