import { setImmediate } from 'node:timers/promises'

/**
 * Makes calls that have arrived together go on together: each waits until all of them are read, and then they go on
 * right after one another. See docs/design/together.md.
 */
export function createGathering(): () => Promise<void> {
  let together: Promise<void> | undefined
  return () => {
    together ??= setImmediate().then(() => {
      together = undefined
    })
    return together
  }
}
