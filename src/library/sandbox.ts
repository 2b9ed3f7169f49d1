import { viewExplanation } from '../simulator/explain.js'
import type { JournalFilter } from '../simulator/journal-filter.js'
import { viewEntry } from '../simulator/journal-view.js'
import type { Space } from '../simulator/namespace.js'
import { runtimeName } from '../simulator/runtime-rules.js'
import { mistakeText } from './inline-rules.js'
import type { JournalEntry, RequestFilter, Rule, Sandbox } from './public-types.js'
import { RuleError } from './rule-error.js'
import { waitForEntry } from './wait-for-entry.js'

const defaultTimeout = 5000

/** A namespace as programs see it. `spaceOf` gives what it is by now: one that left is made anew. */
export function createSandbox(options: {
  url: string
  namespace: string
  spaceOf: () => Space
  closed: AbortSignal
}): Sandbox {
  const { url, namespace, spaceOf, closed } = options

  async function add(rules: readonly Rule[], pathOf: (index: number) => (string | number)[]): Promise<void> {
    const problems = await spaceOf().addRules(rules, pathOf)
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
    removeRule: (id) => spaceOf().removeRule(runtimeName(id) ?? id),
    removeRules: () => spaceOf().removeRules(),
    async rules() {
      const inForce = await spaceOf().rules()
      return inForce.map(({ id, hits, isRuntime, definition }) => ({ id, hits, runtime: isRuntime, rule: definition }))
    },
    async explain({ acquirerId, pspId, paymentRequestId, clientId }) {
      return viewExplanation(await spaceOf().explain({ acquirerId, pspId, paymentRequestId, clientId }))
    },
    async requests(filter = {}): Promise<JournalEntry[]> {
      const { entries } = await spaceOf().requests(journalFilter(filter))
      return entries.map((entry) => viewEntry(entry, namespace))
    },
    clearRequests: () => spaceOf().clearRequests(),
    async waitForRequest(filter = {}, { timeout = defaultTimeout, count = 1 } = {}) {
      const wait = { timeout, count, closed }
      return viewEntry(await waitForEntry(spaceOf().journal(), journalFilter(filter), wait), namespace)
    },
    report: ({ tooFast } = {}) => spaceOf().report(tooFast === undefined ? {} : { tooFast }),
    async ledger(paymentRequestId) {
      const entry = await spaceOf().ledgerEntry(paymentRequestId)
      return entry && { paymentRequestId, attempts: entry.attempts, final: entry.final ?? null }
    },
    forget: (paymentRequestId) => spaceOf().forget(paymentRequestId),
    reset: () => spaceOf().reset(),
  }
}

function journalFilter({ since, ...filter }: RequestFilter): JournalFilter {
  return since === undefined ? filter : { ...filter, since: Number(since) }
}
