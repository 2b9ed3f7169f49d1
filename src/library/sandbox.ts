import { type CallDefaults, describedCall } from '../simulator/described-call.js'
import { viewExplanation } from '../simulator/explain.js'
import type { JournalFilter } from '../simulator/journal-filter.js'
import { viewEntry } from '../simulator/journal-view.js'
import type { Namespace } from '../simulator/namespace.js'
import { runtimeName } from '../simulator/runtime-rules.js'
import { mistakeText } from './inline-rules.js'
import type { JournalEntry, RequestFilter, Rule, Sandbox } from './public-types.js'
import { RuleError } from './rule-error.js'
import { waitForEntry } from './wait-for-entry.js'

const defaultTimeout = 5000

/** A namespace as programs see it. `namespaceOf` returns the current one: an evicted namespace is made anew. */
export function createSandbox(options: {
  url: string
  namespace: string
  namespaceOf: () => Namespace
  /** Whose calls are served. */
  calls: () => CallDefaults
  closed: AbortSignal
}): Sandbox {
  const { url, namespace, namespaceOf, calls, closed } = options

  async function add(rules: readonly Rule[], pathOf: (index: number) => (string | number)[]): Promise<void> {
    const problems = await namespaceOf().addRules(rules, pathOf)
    if (problems.length > 0) throw new RuleError(problems.map(mistakeText))
  }

  return {
    url,
    async addRule(rule) {
      await add([rule], () => ['rule'])
      return `runtime/${rule.name}`
    },
    async addRules(rules) {
      await add(rules, (index) => ['rules', index])
      return rules.map(({ name }) => `runtime/${name}`)
    },
    removeRule: (id) => namespaceOf().removeRule(runtimeName(id) ?? id),
    removeRules: () => namespaceOf().removeRules(),
    async rules() {
      const inForce = await namespaceOf().rules()
      return inForce.map(({ id, hits, isRuntime, definition }) => ({ id, hits, runtime: isRuntime, rule: definition }))
    },
    async explain(description) {
      const call = describedCall(description, calls())
      if (call === undefined) throw new TypeError('the call names no payment')
      return viewExplanation(await namespaceOf().explain(call))
    },
    async requests(filter = {}): Promise<JournalEntry[]> {
      const { entries } = await namespaceOf().requests(journalFilter(filter))
      return entries.map((entry) => viewEntry(entry, namespace))
    },
    clearRequests: () => namespaceOf().clearRequests(),
    async waitForRequest(filter = {}, { timeout = defaultTimeout, count = 1 } = {}) {
      const wait = { timeout, count, closed }
      return viewEntry(await waitForEntry(namespaceOf().journal(), journalFilter(filter), wait), namespace)
    },
    report: ({ tooFast } = {}) => namespaceOf().report(tooFast === undefined ? {} : { tooFast }),
    async ledger(paymentRequestId) {
      const entry = await namespaceOf().ledgerEntry(paymentRequestId)
      return entry && { paymentRequestId, attempts: entry.attempts, final: entry.final ?? null }
    },
    forget: (paymentRequestId) => namespaceOf().forget(paymentRequestId),
    reset: () => namespaceOf().reset(),
  }
}

function journalFilter({ since, ...filter }: RequestFilter): JournalFilter {
  return since === undefined ? filter : { ...filter, since: Number(since) }
}
