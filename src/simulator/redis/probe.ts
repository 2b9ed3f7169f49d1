import { randomUUID } from 'node:crypto'
import { expectError } from '../../scenarios/expect-error.js'
import { callScript } from './call-script.js'
import type { RedisClient } from './client.js'
import type { RedisKeys } from './keys.js'
import { probeScript } from './scripts.js'

/** Asks Redis whether it can do what the store needs, and whether it keeps what it has confirmed. */
export interface Probe {
  /** @throws Error of Redis, when it cannot serve */
  ask(redis: RedisClient): Promise<void>
  /** Reasons to doubt that it keeps what it has confirmed; empty where there are none. */
  doubts(): readonly string[]
}

/** `onDoubt` is told of each new reason, and `onLoss` that all that was read before may be gone. */
export function createProbe({ probe, mark }: RedisKeys, onDoubt: (doubt: string) => void, onLoss: () => void): Probe {
  let known: string | undefined
  let losses = 0
  let eviction: string | undefined

  function noteLoss(): void {
    losses++
    onDoubt(lossText(losses))
    onLoss()
  }

  function notePolicy(found: string | undefined): void {
    if (found !== undefined && found !== eviction) onDoubt(found)
    eviction = found
  }

  return {
    async ask(redis) {
      const found = String(await callScript(redis, probeScript, [probe, mark], [randomUUID()]))
      if (known !== undefined && found !== known) noteLoss()
      known = found
      notePolicy(evictionText(await readMemory(redis)))
    },
    doubts: () => [...(losses > 0 ? [lossText(losses)] : []), ...(eviction === undefined ? [] : [eviction])],
  }
}

function lossText(losses: number): string {
  const times = losses === 1 ? '' : ` ${losses} times`
  return `the Redis store has lost what it had confirmed${times}: was it flushed, or restarted without persistence?`
}

/** Without a limit nothing is evicted, whatever the policy. */
function evictionText(memory: string): string | undefined {
  const [, limit = '0'] = /^maxmemory:(\d+)/m.exec(memory) ?? []
  const [, policy = 'noeviction'] = /^maxmemory_policy:(\S+)/m.exec(memory) ?? []
  if (limit === '0' || policy === 'noeviction') return undefined
  return `the Redis store may lose what it has confirmed: its maxmemory-policy is ${policy}, where noeviction belongs`
}

/** Nothing where its user may not ask. */
async function readMemory(redis: RedisClient): Promise<string> {
  return redis.info('memory').catch((error: unknown) => {
    if (expectError(error, Error).message.startsWith('NOPERM')) return ''
    throw error
  })
}
