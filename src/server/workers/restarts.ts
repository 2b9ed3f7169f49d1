/** A worker that ends so soon after it listens has ended at once, in milliseconds. */
const soon = 1000

/** How often in a row a worker may end at once. */
const maxDeaths = 5

/** The pause before the second restart in a row, in milliseconds; each one after it is twice as long. */
const firstPause = 100

/** When to start a worker again that has ended. */
export interface Restarts {
  /** `lived` is for how long it listened, in milliseconds. Returns the pause until the next start, or `undefined` to give up. */
  pauseAfter(lived: number): number | undefined
}

/** One for each worker: those that end at once again and again are given up. */
export function createRestarts(): Restarts {
  let deaths = 0
  return {
    pauseAfter(lived) {
      deaths = lived < soon ? deaths + 1 : 0
      if (deaths >= maxDeaths) return undefined
      return deaths <= 1 ? 0 : firstPause * 2 ** (deaths - 2)
    },
  }
}
