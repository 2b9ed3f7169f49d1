import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** The names of suites; all where there are none. */
  only: readonly string[]
  list: boolean
  /** How long each measurement of a throughput takes. */
  seconds: number
  rounds: number
  /** How many paymentRequestIds the memory suite sends before memory has to stay flat. */
  ids: number
}

/** @throws Error about what it does not understand */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
      ids: { type: 'string', default: '1000000' },
    },
  })
  const { only, list } = values
  return { only, list, ...countsOf(values) }
}

function countsOf({ seconds, rounds, ids }: Record<'seconds' | 'rounds' | 'ids', string>) {
  return { seconds: count('seconds', seconds), rounds: count('rounds', rounds), ids: count('ids', ids) }
}

function count(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new Error(`--${name} is a whole number from 1, not "${text}"`)
}
