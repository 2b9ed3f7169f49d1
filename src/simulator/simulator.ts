import type { Rule } from '../scenarios/rule.js'
import { createRuleSet } from '../scenarios/rule-set.js'
import { createNamespace, type Namespace } from './namespace.js'
import { mainNamespace, type NamespaceStore, type Store, type StoreSize } from './store.js'

/** The simulator is its own main namespace, and has others beside it. */
export interface Simulator extends Namespace {
  /** The sandbox of that name, made on first use. */
  namespace(name: string): Namespace
  /** Puts other rules in force in all namespaces, all at once. Runtime rules stay. */
  replaceRules(rules: readonly Rule[]): void
  size(): Promise<StoreSize>
}

export interface SimulatorOptions {
  rules: readonly Rule[]
  store: Store
  /** Decides everything that is left to chance: the same seed, rule and id always end the same way. */
  seed: string
  /** Whether rules may have the codes of AMS; they may unless told otherwise. */
  isAmsServed?: (() => boolean) | undefined
}

/** Whether any rule matches, what it answers, and what is remembered: for all namespaces. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { store, seed, isAmsServed = () => true } = options
  let fileRules = createRuleSet(options.rules, seed)
  /** A store that has left takes its namespace along. */
  const namespaces = new WeakMap<NamespaceStore, Namespace>()

  function namespace(name: string): Namespace {
    const remembered = store.namespace(name)
    const known = namespaces.get(remembered)
    if (known !== undefined) return known
    const made = createNamespace({ store: remembered, fileRules: () => fileRules, seed, isAmsServed })
    namespaces.set(remembered, made)
    return made
  }

  const main = namespace(mainNamespace)
  return {
    ...main,
    namespace: (name) => (name === mainNamespace ? main : namespace(name)),
    replaceRules(rules) {
      fileRules = createRuleSet(rules, seed)
    },
    size: async () => store.size(),
  }
}
