import type { RedisClient } from './client.js'
import type { Script } from './scripts.js'

/** Runs a script, which is sent in full only where Redis does not know it yet. */
export function callScript(
  redis: RedisClient,
  { sha, lua }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const values = [keys.length, ...keys, ...args]
  return redis.call('evalsha', [sha, ...values]).catch((error: Error) => {
    if (!error.message.startsWith('NOSCRIPT')) throw error
    return redis.call('eval', [lua, ...values])
  })
}
