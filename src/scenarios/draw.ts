import { createHash } from 'node:crypto'

/** A number from 0 up to, not including, 1 that depends on nothing but its arguments. */
export function drawChance(...parts: readonly string[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUInt32BE(0) / 2 ** 32
}
