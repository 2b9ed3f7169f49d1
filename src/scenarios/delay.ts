import { drawChance } from './draw.js'
import { parseDuration } from './duration.js'
import type { DelayDefinition } from './schema.js'

/** How long a reply waits, in milliseconds. */
export type Delay = { kind: 'uniform'; from: number; to: number } | { kind: 'lognormal'; median: number; sigma: number }

/** The longest delay: one hour. For longer waits there is the fault no-reply. */
export const maxDelay = 3_600_000

/** How long the fault slow-body takes, unless its step says otherwise. */
export const slowBodyDelay: Delay = { kind: 'uniform', from: 5000, to: 5000 }

/** @throws RangeError that says what is wrong */
export function compileDelay(definition: DelayDefinition): Delay {
  if (typeof definition !== 'string')
    return { kind: 'lognormal', median: milliseconds(definition.median), sigma: definition.sigma }
  const [first = '', last = first] = definition.split('..')
  const from = milliseconds(first)
  const to = milliseconds(last)
  if (from > to) throw new RangeError(`the delay ${definition} ends before it starts`)
  return { kind: 'uniform', from, to }
}

function milliseconds(duration: string): number {
  // The schema admits nothing but durations.
  const value = parseDuration(duration) as number
  if (value > maxDelay) throw new RangeError(`the delay ${duration} is longer than an hour; fault: no-reply never ends`)
  return value
}

/** How long this reply waits, in whole milliseconds. It depends on nothing but the arguments. */
export function drawDelay(delay: Delay, ...parts: readonly string[]): number {
  switch (delay.kind) {
    case 'uniform':
      return Math.round(delay.from + drawChance('delay', ...parts) * (delay.to - delay.from))
    case 'lognormal':
      return Math.round(Math.min(maxDelay, delay.median * Math.exp(delay.sigma * drawNormal(parts))))
  }
}

/** A number from the standard normal distribution, by Box and Muller. */
function drawNormal(parts: readonly string[]): number {
  const radius = Math.sqrt(-2 * Math.log(1 - drawChance('radius', ...parts)))
  return radius * Math.cos(2 * Math.PI * drawChance('angle', ...parts))
}
