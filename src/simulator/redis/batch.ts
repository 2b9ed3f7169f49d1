/** More at once would keep Redis from its other callers. */
const maxItems = 100

interface Waiting<Item, Outcome> {
  item: Item
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

/**
 * Collects what is asked for in one turn of the event loop, and does it in one go. `run` returns an outcome for each item,
 * in their order; where it rejects, all of them do.
 */
export function createBatch<Item, Outcome>(
  run: (items: readonly Item[]) => Promise<readonly Outcome[]>,
): (item: Item) => Promise<Outcome> {
  let waiting: Waiting<Item, Outcome>[] = []

  function flush(): void {
    const batch = waiting
    waiting = []
    run(batch.map(({ item }) => item)).then(
      (outcomes) => {
        for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] as Outcome)
      },
      (error) => {
        for (const { reject } of batch) reject(error)
      },
    )
  }

  return (item) =>
    new Promise((resolve, reject) => {
      // Those of this turn that have their requests read by then.
      if (waiting.length === 0) setImmediate(flushAll)
      waiting.push({ item, resolve, reject })
      if (waiting.length === maxItems) flush()
    })

  function flushAll(): void {
    if (waiting.length > 0) flush()
  }
}
