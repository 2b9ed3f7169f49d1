import { firstMistakes, type Mistake, maxMistakes } from '../scenarios/mistake.js'
import type { MatchValues, Rule } from '../scenarios/rule.js'
import type { RuleSet } from '../scenarios/rule-set.js'
import type { RuleDefinition } from '../scenarios/schema.js'
import { type Awaitable, after } from './awaitable.js'
import { decide, defaultRule, drawDelayOf, type TimedDecision } from './decision.js'
import { type Explanation, explainCall } from './explain.js'
import type { Journal, JournalEntry, JournalRecord } from './journal.js'
import { type JournalFilter, selectEntries } from './journal-filter.js'
import { type Report, reportOn } from './report/report.js'
import { tooMuch } from './rule-cost.js'
import { checkRules, createRuntimeRules } from './runtime-rules.js'
import type { LedgerEntry, NamespaceStore } from './store.js'

/** A rule in force, and how many calls it has taken. */
export interface RuleInForce {
  id: string
  hits: number
  /** Runtime rules came in a call; the others stand in files. */
  isRuntime: boolean
  definition: RuleDefinition
}

/** What a namespace can do: decide and remember, be set up, watched and judged. */
export interface Namespace {
  /** Decides one accepted call and remembers what was decided. */
  cancelPayment(call: MatchValues): Awaitable<TimedDecision>
  /** Writes what came in and went out. */
  record(record: JournalRecord): Awaitable<void>
  /** All rules, in the order in which they are tried. */
  rules(): Promise<RuleInForce[]>
  /**
   * Adds runtime rules before all others, in their own order: all of them, or none where there are mistakes, which it
   * returns. `pathOf` tells where the caller's rules stand.
   */
  addRules(definitions: readonly unknown[], pathOf?: (index: number) => Mistake['path']): Promise<readonly Mistake[]>
  /** Returns whether there was a runtime rule of that name. */
  removeRule(name: string): Promise<boolean>
  removeRules(): Promise<void>
  /** What the next such call would be given, and why. Changes nothing. */
  explain(call: MatchValues): Promise<Explanation>
  /** Journal entries, oldest first. `total` counts what passes the filter before its limit. */
  requests(filter?: JournalFilter): Promise<{ total: number; evicted: number; entries: readonly JournalEntry[] }>
  clearRequests(): Promise<void>
  ledgerEntry(paymentRequestId: string): Promise<LedgerEntry | undefined>
  forget(paymentRequestId: string): Promise<boolean>
  /** What the caller was shown, and what it did wrong. `tooFast` is in milliseconds. */
  report(options?: { tooFast?: number }): Promise<Report>
  /** Forgets runtime rules, ledger, hits and journal. */
  reset(): Promise<void>
  /** For whoever wants to follow it. */
  journal(): Journal
}

/** What a namespace looks like from outside. `fileRules` gives the rules in force that all namespaces share. */
export function createNamespace(options: { store: NamespaceStore; fileRules: () => RuleSet; seed: string }): Namespace {
  const { store, fileRules, seed } = options
  const indexed = createRuntimeRules(seed)
  const runtimeRules = async () => indexed(await store.runtimeRules())

  function match(call: MatchValues, runtime: readonly RuleDefinition[]): Awaitable<TimedDecision> {
    const rule = indexed(runtime).find(call) ?? fileRules().find(call)
    const taken = store.take(call.paymentRequestId, rule ?? defaultRule)
    return after(taken, (entry) => decideTimed(call, rule, entry))
  }

  function decideTimed(call: MatchValues, rule: Rule | undefined, { attempts, final }: LedgerEntry): TimedDecision {
    const decision = decide(rule, attempts, final)
    return Object.assign(decision, { delayMs: drawDelayOf(decision, call.paymentRequestId, seed) })
  }

  async function read() {
    const { journal } = store
    const [entries, { evicted }] = await Promise.all([journal.read(), journal.size()])
    return { entries, evicted }
  }

  return {
    cancelPayment: (call) => after(store.runtimeRules(), (runtime) => match(call, runtime)),
    record: (record) => store.journal.append(record),
    async rules() {
      const hits = await store.hits()
      const runtime = (await runtimeRules()).rules
      return [...runtime, ...fileRules().rules].map(({ id, definition }, index) => {
        return { id, hits: hits.get(id) ?? 0, isRuntime: index < runtime.length, definition }
      })
    },
    async addRules(definitions, pathOf = (index) => [index]) {
      const { rules, mistakes } = checkRules(definitions, pathOf)
      if (mistakes.length > 0) return mistakes
      const excess = tooMuch([...rules, ...(await runtimeRules()).rules])
      if (excess !== undefined) return [{ path: [], message: excess }]
      const valid = definitions as readonly RuleDefinition[]
      const taken = (await store.addRules(valid)).slice(0, maxMistakes + 1).map((index) => ({
        path: [...pathOf(index), 'name'],
        message: `the name "${valid[index]?.name}" is taken by another runtime rule; each name must be unique`,
      }))
      return firstMistakes<Mistake>(taken, (_last, message) => ({ path: [], message }))
    },
    removeRule: async (name) => store.removeRule(name),
    removeRules: async () => store.removeRules(),
    async explain(call) {
      const known = await store.ledgerEntry(call.paymentRequestId)
      return explainCall([...(await runtimeRules()).rules, ...fileRules().rules], call, { seed, known })
    },
    async requests(filter = {}) {
      const { entries, evicted } = await read()
      return { ...selectEntries(entries, filter), evicted }
    },
    clearRequests: async () => store.journal.clear(),
    ledgerEntry: async (paymentRequestId) => store.ledgerEntry(paymentRequestId),
    forget: async (paymentRequestId) => store.forget(paymentRequestId),
    async report({ tooFast = 100 } = {}) {
      const { entries, evicted } = await read()
      return reportOn(entries, { evicted, tooFast })
    },
    reset: async () => store.reset(),
    journal: () => store.journal,
  }
}
