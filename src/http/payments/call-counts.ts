import { createHash } from 'node:crypto'

/** How many clients are counted at most. Of more, those whose window began first start anew. */
export const maxClients = 100_000

/** Longer names are kept as a hash. */
const maxNameLength = 64

interface Window {
  calls: number
  endsAt: number
}

/** Counts the calls of clients in windows of a length in milliseconds. `now` is in milliseconds since any moment. */
export function createCallCounts(length: number, now: () => number) {
  /** By client. All are as long, so they stand in the order in which they end. */
  const windows = new Map<string, Window>()

  function letGo(at: number): void {
    for (const [client, { endsAt }] of windows) {
      if (endsAt > at) return
      windows.delete(client)
    }
  }

  function begin(client: string, at: number): Window {
    const [first = client] = windows.keys()
    if (windows.size >= maxClients) windows.delete(first)
    const window = { calls: 0, endsAt: at + length }
    windows.set(client, window)
    return window
  }

  /** Counts a call. Returns the client's calls in the current window, and the milliseconds left of it. */
  return async (client: string) => {
    const at = now()
    const key = client.length <= maxNameLength ? client : createHash('sha256').update(client).digest('base64')
    letGo(at)
    const window = windows.get(key) ?? begin(key, at)
    window.calls++
    return { consumedPoints: window.calls, msBeforeNext: Math.ceil(window.endsAt - at) }
  }
}
