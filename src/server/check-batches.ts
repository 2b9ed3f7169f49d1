import { type LintedScenarios, lintSources } from '../scenarios/load.js'
import { countTexts } from '../scenarios/pattern.js'
import type { Rule } from '../scenarios/rule.js'
import type { Sources } from '../scenarios/sources.js'

/** What a thread is given to check. */
export interface CheckTask {
  sources: Sources
  isAmsServed: boolean
}

/** A rule as it can be handed to another thread. */
export type PlainRule = Pick<Rule, 'id' | 'definition'>

/** What was found in scenario files. With errors, their rules are not to be used. */
export type Found = Pick<LintedScenarios, 'errors' | 'warnings'>

/** What a thread gives: first what it found, then the rules in batches, until one is empty. */
export type CheckBatch = Found | readonly PlainRule[]

/** Rules of about so many patterns and steps make a batch: it takes a millisecond to read. */
const batchSize = 200

/** Checks scenario files in the thread that this is. */
export function* checkInBatches({ sources, isAmsServed }: CheckTask): Generator<CheckBatch, []> {
  const { errors, warnings, rules } = lintSources(sources, isAmsServed)
  yield { errors, warnings }
  if (errors.length > 0) return []
  let batch: PlainRule[] = []
  let size = 0
  for (const rule of rules) {
    const { id, definition } = rule
    batch.push({ id, definition })
    size += sizeOf(rule)
    if (size < batchSize) continue
    yield batch
    batch = []
    size = 0
  }
  if (batch.length > 0) yield batch
  return []
}

function sizeOf({ patterns, steps }: Rule): number {
  return patterns.reduce((size, { pattern }) => size + countTexts(pattern), steps.length)
}
