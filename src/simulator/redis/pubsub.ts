import type { RedisClient } from './client.js'

/** Messages between replicas. They may get lost, so they only speed things up: nothing relies on them. */
export interface RedisPubSub {
  /** Returns a function that stops listening. A listener is also called when messages may have been missed. */
  listen(channel: string, listener: (message: string) => void): () => void
}

/** `subscriber` is a connection used for subscriptions only, or a cluster. */
export function createRedisPubSub(subscriber: RedisClient): RedisPubSub {
  const listeners = new Map<string, Set<(message: string) => void>>()

  function tell(channel: string, message: string): void {
    listeners.get(channel)?.forEach((listener) => {
      listener(message)
    })
  }

  subscriber.on('message', tell)
  subscriber.on('ready', () => {
    // A subscription made while Redis was away has failed, and is repeated here.
    if (listeners.size > 0) subscriber.subscribe(...listeners.keys()).catch(ignore)
    for (const channel of listeners.keys()) tell(channel, '')
  })

  return {
    listen(channel, listener) {
      const known = listeners.get(channel) ?? new Set()
      if (known.size === 0) subscriber.subscribe(channel).catch(ignore)
      listeners.set(channel, known.add(listener))
      return () => {
        known.delete(listener)
        if (known.size > 0) return
        listeners.delete(channel)
        subscriber.unsubscribe(channel).catch(ignore)
      }
    },
  }
}

function ignore(): void {}
