import type { Rule } from '../scenarios/rule.js'
import { createRuleSet } from '../scenarios/rule-set.js'
import { createNamespace, type Namespace } from './namespace.js'
import { type Patience, protocolPatience } from './patience.js'
import { mainNamespace, type NamespaceStore, type Store, type StoreSize } from './store.js'

/** The simulator is its own main namespace, and has others. */
export interface Simulator extends Namespace {
  /** The sandbox of that name, made on first use. */
  namespace(name: string): Namespace
  /** Replaces the rules of files in all namespaces at once. Runtime rules stay. */
  replaceRules(rules: readonly Rule[]): void
  /** The names of all namespaces in use but the main one. */
  namespaces(): Promise<readonly string[]>
  size(): Promise<StoreSize>
  /** For how long callers wait, by which they are judged. */
  readonly patience: Patience
}

export interface SimulatorOptions {
  rules: readonly Rule[]
  store: Store
  /** Decides all random choices: the same seed, rule and id always give the same outcome. */
  seed: string
  /** Whether rules may have the codes of AMS; they may unless told otherwise. */
  isAmsServed?: (() => boolean) | undefined
  /** For how long callers wait, by which they are judged; as the protocol says unless told otherwise. */
  patience?: Patience | undefined
}

/** All namespaces, with the rules that they share. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { store, seed, isAmsServed = () => true, patience = protocolPatience } = options
  let fileRules = createRuleSet(options.rules, seed)
  /** Weak, so that an evicted namespace store is collected together with its namespace. */
  const namespaces = new WeakMap<NamespaceStore, Namespace>()

  function namespace(name: string): Namespace {
    const remembered = store.namespace(name)
    const known = namespaces.get(remembered)
    if (known !== undefined) return known
    const made = createNamespace({ store: remembered, fileRules: () => fileRules, seed, isAmsServed, patience })
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
    namespaces: async () => store.namespaces(),
    size: async () => store.size(),
    patience,
  }
}
