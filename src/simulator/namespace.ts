import { firstMistakes, type Mistake, maxMistakes } from '../scenarios/mistake.js'
import type { MatchValues, Rule } from '../scenarios/rule.js'
import type { RuleSet } from '../scenarios/rule-set.js'
import type { RuleDefinition } from '../scenarios/schema.js'
import { type Awaitable, after } from './awaitable.js'
import { decide, defaultRule, drawDelayOf, type TimedDecision } from './decision.js'
import { type Explanation, explainCall } from './explain.js'
import { type Hold, type Journal, type JournalEntry, type JournalRecord, paymentKeyOf } from './journal.js'
import { type JournalFilter, selectEntries } from './journal-filter.js'
import type { Patience } from './patience.js'
import { type Report, reportOn } from './report/report.js'
import { tooMuch } from './rule-cost.js'
import { checkRules, createRuntimeRules } from './runtime-rules.js'
import type { LedgerEntry, NamespaceStore, PaymentCall } from './store.js'

/** A rule in force, and how many calls it has taken. */
export interface RuleInForce {
  id: string
  hits: number
  /** Runtime rules came in a call; the others stand in files. */
  isRuntime: boolean
  /** The last call that it took, as far as the journal knows. */
  lastCall: Pick<JournalEntry, 'id' | 'at'> | undefined
  definition: RuleDefinition
}

/** An accepted call: what rules see of it, and what the ledger has to know. */
export interface Call extends MatchValues, PaymentCall {}

/** What rules would have done with the calls of the journal. */
export interface RulesPreview {
  /** What is wrong with the rules; then nothing else is known. */
  mistakes: readonly Mistake[]
  /** How many accepted calls the journal has. */
  calls: number
  /** Those that the rules would have taken, oldest first. */
  taken: readonly JournalEntry[]
}

/** What a namespace can do: decide and remember, be set up, watched and judged. */
export interface Namespace {
  /** Decides one accepted call and remembers what was decided. */
  cancelPayment(call: Call): Awaitable<TimedDecision>
  /** Writes what came in and went out. Returns the id of the entry. */
  record(record: JournalRecord): Awaitable<number>
  /** Adds to an entry what became of its call. */
  amend(id: number, hold: Hold): Awaitable<void>
  /** All rules, in the order in which they are tried. */
  rules(): Promise<RuleInForce[]>
  /**
   * Adds runtime rules before all others, in their own order: all of them, or none where there are mistakes, which it
   * returns. `pathOf` tells where the caller's rules stand.
   */
  addRules(definitions: readonly unknown[], pathOf?: (index: number) => Mistake['path']): Promise<readonly Mistake[]>
  /** Which calls of the journal the rules would have taken. Changes nothing. */
  previewRules(definitions: readonly unknown[], pathOf: (index: number) => Mistake['path']): Promise<RulesPreview>
  /** Returns whether there was a runtime rule of that name. */
  removeRule(name: string): Promise<boolean>
  removeRules(): Promise<void>
  /** What the next such call would be given, and why. Changes nothing. */
  explain(call: Call): Promise<Explanation>
  /** Journal entries, oldest first. `total` counts what passes the filter before its limit. */
  requests(filter?: JournalFilter): Promise<{ total: number; evicted: number; entries: readonly JournalEntry[] }>
  clearRequests(): Promise<void>
  ledgerEntry(id: string): Promise<LedgerEntry | undefined>
  /** Forgets the payment that has this id, and all its other ids. */
  forget(id: string): Promise<boolean>
  /** What the caller was shown, and what it did wrong. `tooFast` is in milliseconds. */
  report(options?: { tooFast?: number }): Promise<Report>
  /** Forgets runtime rules, ledger, hits and journal. */
  reset(): Promise<void>
  /** For whoever wants to follow it. */
  journal(): Journal
}

export interface NamespaceOptions {
  store: NamespaceStore
  /** The rules in force that all namespaces share. */
  fileRules: () => RuleSet
  seed: string
  /** Whether rules may have the codes of AMS. */
  isAmsServed: () => boolean
  /** For how long callers wait, by which they are judged. */
  patience: Patience
}

/** What a namespace looks like from outside. */
export function createNamespace(options: NamespaceOptions): Namespace {
  const { store, fileRules, seed, isAmsServed, patience } = options
  const indexed = createRuntimeRules(seed)
  const runtimeRules = async () => indexed(await store.runtimeRules())

  function match(call: Call, runtime: readonly RuleDefinition[]): Awaitable<TimedDecision> {
    const rule = indexed(runtime).find(call) ?? fileRules().find(call)
    const taken = store.take(call.paymentRequestId, rule ?? defaultRule, call)
    return after(taken, (entry) => decideTimed(call, rule, entry))
  }

  function decideTimed(call: Call, rule: Rule | undefined, { attempts, final, finalAt }: LedgerEntry): TimedDecision {
    const decision = decide(rule, attempts, final)
    return Object.assign(decision, { delayMs: drawDelayOf(decision, call.paymentRequestId, seed), finalAt })
  }

  async function read() {
    const { journal } = store
    const [entries, { evicted }] = await Promise.all([journal.read(), journal.size()])
    return { entries, evicted }
  }

  return {
    cancelPayment: (call) => after(store.runtimeRules(), (runtime) => match(call, runtime)),
    record: (record) => store.journal.append(record),
    amend: (id, hold) => store.journal.amend(id, hold),
    async rules() {
      const hits = await store.hits()
      const runtime = (await runtimeRules()).rules
      const lastCalls = new Map((await store.journal.read()).map((entry) => [entry.rule, entry]))
      return [...runtime, ...fileRules().rules].map(({ id, definition }, index) => {
        const isRuntime = index < runtime.length
        return { id, hits: hits.get(id) ?? 0, isRuntime, lastCall: lastCalls.get(id), definition }
      })
    },
    async addRules(definitions, pathOf = (index) => [index]) {
      const { rules, mistakes } = checkRules(definitions, pathOf, isAmsServed())
      if (mistakes.length > 0) return mistakes
      const excess = tooMuch([...rules, ...(await runtimeRules()).rules])
      if (excess !== undefined) return [{ path: [], message: excess }]
      const valid = definitions as readonly RuleDefinition[]
      const taken = (await store.addRules(valid)).slice(0, maxMistakes + 1)
      return firstOf(taken.map((index) => takenMistake(valid, index, pathOf)))
    },
    async previewRules(definitions, pathOf) {
      const { rules, mistakes } = checkRules(definitions, pathOf, isAmsServed())
      if (mistakes.length > 0) return { mistakes, calls: 0, taken: [] }
      const excess = tooMuch(rules)
      if (excess !== undefined) return { mistakes: [{ path: [], message: excess }], calls: 0, taken: [] }
      const valid = definitions as readonly RuleDefinition[]
      const known = new Set((await store.runtimeRules()).map(({ name }) => name))
      const taken = valid.flatMap(({ name }, index) => (known.has(name) ? [takenMistake(valid, index, pathOf)] : []))
      if (taken.length > 0) return { mistakes: firstOf(taken), calls: 0, taken: [] }
      const { find } = createRuntimeRules(seed)(valid)
      const calls = (await store.journal.read()).filter(({ attempt }) => attempt !== undefined)
      return { mistakes, calls: calls.length, taken: calls.filter((call) => find(valuesOf(call)) !== undefined) }
    },
    removeRule: async (name) => store.removeRule(name),
    removeRules: async () => store.removeRules(),
    async explain(call) {
      const [own, other] = await Promise.all([
        store.ledgerEntry(call.paymentRequestId),
        call.otherId === undefined ? undefined : store.ledgerEntry(call.otherId),
      ])
      const known = { attempts: own?.attempts ?? 0, final: own?.final ?? other?.final }
      return explainCall([...(await runtimeRules()).rules, ...fileRules().rules], call, { seed, known })
    },
    async requests(filter = {}) {
      const { entries, evicted } = await read()
      return { ...selectEntries(entries, filter), evicted }
    },
    clearRequests: async () => store.journal.clear(),
    ledgerEntry: async (id) => store.ledgerEntry(id),
    forget: async (id) => store.forget(id),
    async report({ tooFast = 100 } = {}) {
      const { entries, evicted } = await read()
      const rules = [...(await runtimeRules()).rules, ...fileRules().rules]
      const expecting = rules.filter(({ definition }) => definition.expect !== undefined).map(({ id }) => id)
      return reportOn(entries, { evicted, tooFast, patience, expecting })
    },
    reset: async () => store.reset(),
    journal: () => store.journal,
  }
}

function takenMistake(
  definitions: readonly RuleDefinition[],
  index: number,
  pathOf: (index: number) => Mistake['path'],
): Mistake {
  const message = `the name "${definitions[index]?.name}" is taken by another runtime rule; each name must be unique`
  return { path: [...pathOf(index), 'name'], message }
}

/** What rules were matched against. A call that was accepted has all of it but, perhaps, the client. */
function valuesOf(entry: JournalEntry): MatchValues {
  const { acquirerId, pspId, paymentId, clientId } = entry
  return { acquirerId, pspId, paymentRequestId: paymentKeyOf(entry), paymentId, clientId } as MatchValues
}

function firstOf(mistakes: readonly Mistake[]): readonly Mistake[] {
  return firstMistakes(mistakes, (_last, message) => ({ path: [], message }))
}
