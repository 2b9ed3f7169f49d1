import type { Pattern } from './pattern.js'
import type { FieldPattern, MatchField, Rule } from './rule.js'

/** One value for each field that has one. */
export type Probe = Readonly<Partial<Record<MatchField, string | undefined>>>

export interface RuleIndex {
  /**
   * The first rule before position `end` that the probe's values lead to and that `accept` takes: its position, or
   * `end`. Any rule whose patterns match the probe's values is led to.
   */
  first: <Subject>(probe: Probe, end: number, accept: Accept<Subject>, subject: Subject) => number
  /** How many rules no literal text leads to, so that each call has to try them. */
  walked: number
}

type Accept<Subject> = (rule: Rule, subject: Subject) => boolean

/** The rules that a literal leads to. */
interface Bucket {
  /** Ascending. */
  positions: number[]
  /** How many rules could stand here. */
  crowd: number
}

type Buckets = Map<string, Bucket>

interface FieldIndex {
  field: MatchField
  exact: Buckets
  /** By length of the prefix, the shortest first. */
  prefixes: { length: number; buckets: Buckets }[]
}

/** Text that leads to a rule: what a field's value is or, for a prefix, starts with. */
interface Literal {
  text: string
  isPrefix: boolean
}

const indexes = new WeakMap<readonly Rule[], RuleIndex>()

/**
 * Indexes rules by literal text: each one under the key that the fewest rules share. A call then tries only the rules
 * that its own values lead to, and those that cannot be indexed. The lowest position wins, as in a walk of the list.
 * The same list is indexed once.
 */
export function indexRules(rules: readonly Rule[]): RuleIndex {
  const known = indexes.get(rules)
  if (known !== undefined) return known
  const index = makeIndex(rules)
  indexes.set(rules, index)
  return index
}

function makeIndex(rules: readonly Rule[]): RuleIndex {
  const fields = new Map<MatchField, FieldIndex>()
  const choices = rules.map(({ patterns }) => patterns.flatMap((each) => openBuckets(fields, each)))
  const walked: number[] = []
  choices.forEach((alternatives, position) => {
    const buckets = leastCrowded(alternatives)
    if (buckets === undefined) walked.push(position)
    else for (const { positions } of buckets) positions.push(position)
  })
  const indexes = [...fields.values()]
  for (const index of indexes) tidy(index)
  return { first: searcher(rules, indexes, walked), walked: walked.length }
}

function searcher(
  rules: readonly Rule[],
  indexes: readonly FieldIndex[],
  walked: readonly number[],
): RuleIndex['first'] {
  function firstIn<S>(positions: readonly number[] | undefined, end: number, accept: Accept<S>, subject: S): number {
    if (positions === undefined) return end
    for (const position of positions) {
      const rule = position < end ? rules[position] : undefined
      if (rule === undefined) return end
      if (accept(rule, subject)) return position
    }
    return end
  }
  return (probe, end, accept, subject) => {
    let first = firstIn(walked, end, accept, subject)
    for (const { field, exact, prefixes } of indexes) {
      const value = probe[field]
      if (value === undefined) continue
      first = firstIn(exact.get(value)?.positions, first, accept, subject)
      for (const { length, buckets } of prefixes) {
        if (length > value.length) break
        first = firstIn(buckets.get(value.slice(0, length))?.positions, first, accept, subject)
      }
    }
    return first
  }
}

/** Literals, one of which leads to every value that the pattern matches; empty where there are none. */
export function literalsOf(pattern: Pattern): Literal[] {
  switch (pattern.kind) {
    case 'exact':
      return [{ text: pattern.value, isPrefix: false }]
    case 'glob':
    case 'regex':
      return pattern.prefix === '' ? [] : [{ text: pattern.prefix, isPrefix: true }]
    case 'any': {
      const literals = pattern.patterns.map(literalsOf)
      return literals.every((each) => each.length > 0) ? literals.flat() : []
    }
    case 'not':
      return []
  }
}

/** The buckets that together lead to every value that the pattern matches; nothing where there are none. */
function openBuckets(fields: Map<MatchField, FieldIndex>, { field, pattern }: FieldPattern): Bucket[][] {
  const literals = literalsOf(pattern)
  if (literals.length === 0) return []
  const index = getOrAdd(fields, field, () => ({ field, exact: new Map(), prefixes: [] }))
  const buckets = literals.map(({ text, isPrefix }) =>
    getOrAdd(isPrefix ? prefixBuckets(index, text.length) : index.exact, text, () => ({ positions: [], crowd: 0 })),
  )
  for (const bucket of buckets) bucket.crowd++
  return [buckets]
}

function leastCrowded(alternatives: readonly Bucket[][]): Bucket[] | undefined {
  const [first, ...others] = alternatives
  if (first === undefined || others.length === 0) return first
  const crowd = (buckets: readonly Bucket[]) => Math.max(...buckets.map((bucket) => bucket.crowd))
  return others.reduce((best, buckets) => (crowd(buckets) < crowd(best) ? buckets : best), first)
}

/** Sorts the prefixes, and drops the buckets that other ones were preferred to. */
function tidy({ exact, prefixes }: FieldIndex): void {
  prefixes.sort((a, b) => a.length - b.length)
  for (const buckets of [exact, ...prefixes.map((each) => each.buckets)])
    for (const [text, { positions }] of buckets) if (positions.length === 0) buckets.delete(text)
}

function prefixBuckets({ prefixes }: FieldIndex, length: number): Buckets {
  const known = prefixes.find((each) => each.length === length)
  if (known !== undefined) return known.buckets
  const buckets: Buckets = new Map()
  prefixes.push({ length, buckets })
  return buckets
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
