import type { Rule } from '../scenarios/rule.js'
import { createRuleSet } from '../scenarios/rule-set.js'
import { createSpace, type Space } from './namespace.js'
import { mainNamespace, type SpaceStore, type Store, type StoreSize } from './store.js'

/** The simulator is its own main namespace, and has others beside it. */
export interface Simulator extends Space {
  /** The sandbox of that name, made on first use. */
  space(namespace: string): Space
  /** Puts other rules in force in all namespaces, all at once. Runtime rules stay. */
  replaceRules(rules: readonly Rule[]): void
  size(): Promise<StoreSize>
}

/** `seed` decides everything that is left to chance: the same seed, rule and id always end the same way. */
export function createSimulator(options: { rules: readonly Rule[]; store: Store; seed: string }): Simulator {
  const { store, seed } = options
  let fileRules = createRuleSet(options.rules, seed)
  /** A namespace that has left takes its space along. */
  const spaces = new WeakMap<SpaceStore, Space>()

  function space(namespace: string): Space {
    const remembered = store.space(namespace)
    const known = spaces.get(remembered)
    if (known !== undefined) return known
    const made = createSpace({ store: remembered, fileRules: () => fileRules, seed })
    spaces.set(remembered, made)
    return made
  }

  const main = space(mainNamespace)
  return {
    ...main,
    space: (namespace) => (namespace === mainNamespace ? main : space(namespace)),
    replaceRules(rules) {
      fileRules = createRuleSet(rules, seed)
    },
    size: async () => store.size(),
  }
}
