import { setImmediate } from 'node:timers/promises'

/** The longest that calls wait for a slice of other work, in milliseconds, unless one step takes longer. */
const slice = 5

/** Does work that comes in steps, and lets calls through between slices of it. */
export async function inSlices(work: Generator): Promise<void> {
  let end = performance.now() + slice
  while (work.next().done !== true) {
    if (performance.now() < end) continue
    await setImmediate()
    end = performance.now() + slice
  }
}
