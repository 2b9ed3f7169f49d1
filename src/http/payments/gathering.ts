/** So many calls do not wait for more, so that a connection that sends thousands is held up in time. */
const maxGathered = 32

/**
 * Makes calls that have arrived together go on together: each waits until all of them are read, or until there are many,
 * and then they go on right after one another, in their order. See docs/design/together.md.
 */
export function createGathering(): () => Promise<void> {
  let waiting: (() => void)[] = []
  let turn: NodeJS.Immediate | undefined

  function goOn(): void {
    clearImmediate(turn)
    const calls = waiting
    waiting = []
    for (const call of calls) call()
  }

  return () =>
    new Promise((resolve) => {
      const count = waiting.push(resolve)
      if (count === 1) turn = setImmediate(goOn)
      if (count === maxGathered) goOn()
    })
}
