import { availableParallelism } from 'node:os'

/** The server has one core to itself, the client another. With a single core they share it. */
export const serverCore = 0
export const clientCore = Math.min(1, availableParallelism() - 1)

/** A command that runs on one core alone, with all its threads; Linux only. */
export function onCore(core: number, command: readonly [string, ...string[]]): [string, ...string[]] {
  return process.platform === 'linux' ? ['taskset', '--cpu-list', String(core), ...command] : [...command]
}
