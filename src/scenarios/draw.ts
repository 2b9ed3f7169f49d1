import { createHash } from 'node:crypto'

/** A pseudo-random number in [0, 1) that depends only on its arguments. */
export function drawChance(...parts: readonly string[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUInt32BE(0) / 2 ** 32
}
