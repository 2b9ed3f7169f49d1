import type { RedisClient } from './client.js'

/** What other replicas and this one tell by Redis. Messages may get lost: nothing relies on them but quickness. */
export interface RedisPubSub {
  /** Returns how to stop listening. A listener is also called when messages may have been missed. */
  listen(channel: string, listener: (message: string) => void): () => void
}

/** `subscriber` is a connection for nothing else, or a cluster. */
export function createRedisPubSub(subscriber: RedisClient): RedisPubSub {
  const listeners = new Map<string, Set<(message: string) => void>>()

  function tell(channel: string, message: string): void {
    listeners.get(channel)?.forEach((listener) => {
      listener(message)
    })
  }

  subscriber.on('message', tell)
  subscriber.on('ready', () => {
    // While it is away the subscription fails, and is made up for here.
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
