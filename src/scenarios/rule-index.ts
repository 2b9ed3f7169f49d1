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

/** Positions of rules, ascending. */
type Bucket = number[]
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

interface Key extends Literal {
  field: MatchField
}

/**
 * Indexes rules by literal text: each one under the key that the fewest rules share. A call then tries only the rules
 * that its own values lead to, and those that cannot be indexed. The lowest position wins, as in a walk of the list.
 */
export function indexRules(rules: readonly Rule[]): RuleIndex {
  const walked: Bucket = []
  const fields = new Map<MatchField, FieldIndex>()
  const choices = rules.map((rule) => rule.patterns.map(keysOf).filter((keys) => keys.length > 0))
  const crowds = countKeys(choices)
  choices.forEach((alternatives, position) => {
    const keys = leastCrowded(alternatives, crowds)
    if (keys === undefined) walked.push(position)
    else for (const key of keys) bucketFor(fields, key).push(position)
  })
  const indexes = [...fields.values()]
  for (const { prefixes } of indexes) prefixes.sort((a, b) => a.length - b.length)
  return { first: searcher(rules, indexes, walked), walked: walked.length }
}

function searcher(rules: readonly Rule[], indexes: readonly FieldIndex[], walked: Bucket): RuleIndex['first'] {
  function firstIn<S>(bucket: Bucket | undefined, end: number, accept: Accept<S>, subject: S): number {
    if (bucket === undefined) return end
    for (const position of bucket) {
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
      first = firstIn(exact.get(value), first, accept, subject)
      for (const { length, buckets } of prefixes) {
        if (length > value.length) break
        first = firstIn(buckets.get(value.slice(0, length)), first, accept, subject)
      }
    }
    return first
  }
}

function keysOf({ field, pattern }: FieldPattern): Key[] {
  return literalsOf(pattern).map((literal) => ({ field, ...literal }))
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

function nameOf({ field, text, isPrefix }: Key): string {
  return `${field} ${isPrefix} ${text}`
}

function countKeys(choices: readonly Key[][][]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const alternatives of choices)
    for (const keys of alternatives) for (const key of keys) counts.set(nameOf(key), (counts.get(nameOf(key)) ?? 0) + 1)
  return counts
}

function leastCrowded(alternatives: readonly Key[][], crowds: Map<string, number>): Key[] | undefined {
  const crowd = (keys: readonly Key[]) => keys.reduce((most, key) => Math.max(most, Number(crowds.get(nameOf(key)))), 0)
  let best: { keys: Key[]; crowd: number } | undefined
  for (const keys of alternatives) {
    const own = crowd(keys)
    if (best === undefined || own < best.crowd) best = { keys, crowd: own }
  }
  return best?.keys
}

function bucketFor(fields: Map<MatchField, FieldIndex>, { field, text, isPrefix }: Key): Bucket {
  const index = getOrAdd(fields, field, () => ({ field, exact: new Map(), prefixes: [] }))
  const buckets = isPrefix ? prefixBuckets(index, text.length) : index.exact
  return getOrAdd(buckets, text, () => [])
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
