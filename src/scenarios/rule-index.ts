import type { Pattern } from './pattern.js'
import { type FieldPattern, type MatchField, matchFields, type Rule } from './rule.js'

/** One value for each field that has one. */
export type Lookup = Readonly<Partial<Record<MatchField, string | undefined>>>

export interface RuleIndex {
  /**
   * The first rule before position `end` that the lookup's values lead to and that `accept` takes: its position, or
   * `end`. Any rule whose patterns match the lookup's values is led to.
   */
  first: <Subject>(lookup: Lookup, end: number, accept: Accept<Subject>, subject: Subject) => number
  /** How many rules no literal text leads to, so that each call has to try them. */
  unindexed: number
}

type Accept<Subject> = (rule: Rule, subject: Subject) => boolean

/** Positions of rules, ascending. Most literals lead to a single one. */
type Bucket = number | number[]

interface FieldIndex {
  field: MatchField
  /** By the text that the value is; by a hash where it is what the value starts with. */
  buckets: Map<string | number, Bucket>
  /** How long what values start with is. */
  lengths: Set<number>
}

/** A key of an index of a field: one of those under which a rule can stand. */
interface Slot {
  buckets: FieldIndex['buckets']
  key: string | number
}

const indexes = new WeakMap<readonly Rule[], RuleIndex>()

/**
 * Indexes rules by literal text: each one under the field whose text the fewest rules before it share. A call then tries
 * only the rules that its own values lead to, and those that cannot be indexed. The lowest position wins, as in a walk
 * of the list. The same list is indexed once.
 */
export function indexRules(rules: readonly Rule[]): RuleIndex {
  const known = indexes.get(rules)
  if (known !== undefined) return known
  for (const _step of indexStepwise(rules));
  return indexes.get(rules) as RuleIndex
}

/** Indexes a rule in each step. */
export function* indexStepwise(rules: readonly Rule[]): Generator<void> {
  const fields = new Map(matchFields.map((field) => [field, { field, buckets: new Map(), lengths: new Set<number>() }]))
  const unindexed: number[] = []
  for (const [position, { patterns }] of rules.entries()) {
    const slots = bestSlots(fields, patterns)
    if (slots.length === 0) unindexed.push(position)
    for (const slot of slots) put(slot, position)
    yield
  }
  const used = [...fields.values()].filter(({ buckets }) => buckets.size > 0)
  indexes.set(rules, { first: searcher(rules, used, unindexed), unindexed: unindexed.length })
}

function searcher(
  rules: readonly Rule[],
  fields: readonly FieldIndex[],
  unindexed: readonly number[],
): RuleIndex['first'] {
  function firstIn<S>(bucket: Bucket | readonly number[], end: number, accept: Accept<S>, subject: S): number {
    if (typeof bucket === 'number') return bucket < end && accept(rules[bucket] as Rule, subject) ? bucket : end
    for (const position of bucket) {
      if (position >= end) return end
      if (accept(rules[position] as Rule, subject)) return position
    }
    return end
  }
  const indexes = fields.map((each) => ({ ...each, lengths: [...each.lengths].sort((a, b) => a - b) }))
  return (lookup, end, accept, subject) => {
    let first = firstIn(unindexed, end, accept, subject)
    for (const { field, buckets, lengths } of indexes) {
      const value = lookup[field]
      if (value === undefined) continue
      first = firstIn(buckets.get(value) ?? end, first, accept, subject)
      let hash = 0
      let at = 0
      for (const length of lengths) {
        if (length > value.length) break
        while (at < length) hash = addToHash(hash, value.charCodeAt(at++))
        first = firstIn(buckets.get(hash) ?? end, first, accept, subject)
      }
    }
    return first
  }
}

/** Texts with the same hash share a bucket: that leads to rules too many, which are tried in vain, and to none too few. */
function hashOf(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = addToHash(hash, text.charCodeAt(at))
  return hash
}

function addToHash(hash: number, characterCode: number): number {
  return (Math.imul(hash, 31) + characterCode) | 0
}

/** Slots that together lead to every call that the rule can take; none where there are no literals. */
function bestSlots(fields: ReadonlyMap<MatchField, FieldIndex>, patterns: readonly FieldPattern[]): Slot[] {
  let best: Slot[] = []
  for (const { field, pattern } of patterns) {
    const slots = slotsOf(fields.get(field) as FieldIndex, pattern)
    if (best.length === 0 || (slots.length > 0 && largestBucket(slots) < largestBucket(best))) best = slots
  }
  return best
}

/** Slots, one of which leads to every value that the pattern matches. */
function slotsOf(index: FieldIndex, pattern: Pattern): Slot[] {
  const { buckets, lengths } = index
  switch (pattern.kind) {
    case 'exact':
      return [{ buckets, key: pattern.value }]
    case 'glob':
    case 'regex':
      if (pattern.prefix === '') return []
      lengths.add(pattern.prefix.length)
      return [{ buckets, key: hashOf(pattern.prefix) }]
    case 'any': {
      const slots = pattern.patterns.map((each) => slotsOf(index, each))
      return slots.every((each) => each.length > 0) ? slots.flat() : []
    }
    case 'not':
      return []
  }
}

function largestBucket(slots: readonly Slot[]): number {
  let largest = 0
  for (const { buckets, key } of slots) largest = Math.max(largest, sizeOf(buckets.get(key)))
  return largest
}

function sizeOf(bucket: Bucket | undefined): number {
  return typeof bucket === 'object' ? bucket.length : Number(bucket !== undefined)
}

function put({ buckets, key }: Slot, position: number): void {
  const bucket = buckets.get(key)
  if (bucket === undefined) buckets.set(key, position)
  else if (typeof bucket === 'number') buckets.set(key, [bucket, position])
  else bucket.push(position)
}
