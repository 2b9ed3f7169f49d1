import { type Signal, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { calls } from './calls.js'

/** What was last read, or why it could not be. */
export interface Polled<T> {
  data: Signal<T | undefined>
  error: Signal<string | undefined>
  refresh: () => Promise<void>
}

export function createPolled<T>(read: () => Promise<T>): Polled<T> {
  const data = signal<T | undefined>(undefined)
  const error = signal<string | undefined>(undefined)
  let latest = 0

  async function refresh(): Promise<void> {
    const turn = ++latest
    try {
      const value = await read()
      if (turn !== latest) return
      data.value = value
      error.value = undefined
    } catch (reason) {
      if (turn === latest) error.value = (reason as Error).message
    }
  }

  return { data, error, refresh }
}

/** Reads at once, then again while calls come, and now and then for what other people do. */
export function usePolling({ refresh }: Polled<unknown>, { every, idle }: { every: number; idle: number }): void {
  useEffect(() => {
    let seen = calls.value
    let readAt = performance.now()
    refresh()
    const timer = setInterval(() => {
      const isDue = calls.value !== seen || performance.now() - readAt >= idle
      if (document.hidden || !isDue) return
      seen = calls.value
      readAt = performance.now()
      refresh()
    }, every)
    return () => clearInterval(timer)
  }, [refresh, every, idle])
}
