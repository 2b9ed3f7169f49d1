import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { compileValidRule } from '../scenarios/compile.js'
import { type LintedScenarios, lintSources } from '../scenarios/load.js'
import { compileRegexes } from '../scenarios/pattern.js'
import type { Rule } from '../scenarios/rule.js'
import { indexStepwise } from '../scenarios/rule-index.js'
import type { Sources } from '../scenarios/sources.js'
import type { CheckTask, Found, PlainRule } from './check-batches.js'
import { inSlices } from './slices.js'

/** Files with more characters than this are checked by a thread of their own: it takes longer than to start one. */
const manyCharacters = 16 * 1024

/**
 * Checks scenario files while calls go on, however large the files are. Rules are ready for the first call.
 * @throws Error when the thread cannot start or runs out of memory, or `signal` is aborted
 */
export async function checkAside(
  sources: Sources,
  isAmsServed: boolean,
  signal: AbortSignal,
): Promise<LintedScenarios> {
  const characters = sources.files.reduce((sum, { text }) => sum + text.length, 0)
  if (characters <= manyCharacters) return lintSources(sources, isAmsServed)
  const workerData: CheckTask = { sources, isAmsServed }
  const thread = new Worker(new URL('./check-thread.js', import.meta.url), { workerData })
  try {
    return await takeOver(sources, () => nextOf(thread, signal))
  } finally {
    await thread.terminate()
  }
}

async function nextOf(thread: Worker, signal: AbortSignal): Promise<unknown> {
  thread.postMessage('next')
  const [batch] = await once(thread, 'message', { signal })
  return batch
}

/** A thread hands over batches of plain rules, which are compiled here, as patterns cannot be handed over. */
async function takeOver({ files }: Sources, next: () => Promise<unknown>): Promise<LintedScenarios> {
  const { errors, warnings } = (await next()) as Found
  const rules: Rule[] = []
  for (;;) {
    const batch = (await next()) as readonly PlainRule[]
    if (batch.length === 0) break
    for (const rule of batch) rules.push(compileValidRule(rule))
  }
  await inSlices(readyStepwise(rules))
  return { files, rules, errors, warnings }
}

function* readyStepwise(rules: readonly Rule[]): Generator<void> {
  for (const { patterns } of rules) for (const { pattern } of patterns) yield* compileRegexes(pattern)
  yield* indexStepwise(rules)
}
