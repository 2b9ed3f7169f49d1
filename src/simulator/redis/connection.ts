import { ResultError } from '../../protocol/result.js'
import { expectError } from '../../scenarios/expect-error.js'
import type { RedisAddress } from './address.js'
import { callScript } from './call-script.js'
import { connectToRedis, type RedisClient } from './client.js'
import type { Script } from './scripts.js'

/** The default time limit for a step of a call, in milliseconds. */
const defaultStepBudget = 250
/** The time limit for reads of large data, in milliseconds. */
export const readBudget = 5000

/** The interval of health checks, in milliseconds, and the shorter one while Redis is away. */
const probeInterval = 1000
const recoveryInterval = 250

/** A connection to Redis with a time limit: each step ends with a reply, or with an error that says why not. */
export interface RedisConnection {
  /** `budget` is in milliseconds. @throws ResultError UNKNOWN_EXCEPTION that says what is wrong with the store */
  run<T>(step: (redis: RedisClient) => Promise<T>, budget?: number): Promise<T>
  /** Runs a script as `run` does. */
  evaluate<Reply>(script: Script, keys: readonly string[], args?: readonly (string | number)[]): Promise<Reply>
  /** What is wrong with the store, if anything. */
  problem(): string | undefined
  client: RedisClient
  /** Whether the keys of one script may be in any slot. */
  hasOneSlot: boolean
  /** A connection that may subscribe. */
  subscriber: RedisClient
  close(): void
}

export interface RedisConnectionOptions {
  address: RedisAddress
  /** A health check. @throws Error of Redis, when it cannot serve */
  ask: (redis: RedisClient) => Promise<void>
  /** The time limit for a step of a call, in milliseconds; 250 by default. */
  stepBudget?: number | undefined
  /** Called whenever the store becomes unavailable, with the problem, or available again. */
  onChange: (problem: string | undefined) => void
}

class TimeoutError extends Error {}

/** Connects. Resolves once the state of Redis is known, even if it is unavailable. */
export async function openRedisConnection(options: RedisConnectionOptions): Promise<RedisConnection> {
  const { address, ask, stepBudget = defaultStepBudget, onChange } = options
  const { client, subscriber } = connectToRedis(address)
  let lastError = 'it is not connected yet'
  let problem: string | undefined
  /** A step timed out: until a health check succeeds, further steps fail at once. */
  let isHanging = false
  let probing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const onError = (error: Error) => {
    lastError = innermost(error).message
  }
  client.on('error', onError)
  subscriber.on('error', onError)

  async function attempt<T>(step: (redis: RedisClient) => Promise<T>, budget: number): Promise<T> {
    if (client.status !== 'ready')
      throw new ResultError('UNKNOWN_EXCEPTION', { reason: `the Redis store is away: ${lastError}` })
    // An exception thrown by the step itself is a bug. A rejection comes from Redis or its client.
    const reply = step(client)
    try {
      return await within(budget, reply)
    } catch (error) {
      const { message } = innermost(expectError(error, Error))
      const reason = message.startsWith('OOM') ? `is full: ${message}` : `cannot serve: ${message}`
      throw new ResultError('UNKNOWN_EXCEPTION', { reason: `the Redis store ${reason}`, cause: error })
    }
  }

  async function check(): Promise<void> {
    try {
      await attempt(ask, stepBudget)
      settle(undefined)
    } catch (error) {
      settle(expectError(error, ResultError))
    }
    probing = undefined
    clearTimeout(timer)
    if (!isClosed) timer = setTimeout(probe, problem === undefined ? probeInterval : recoveryInterval).unref()
  }

  function settle(error: ResultError | undefined): void {
    const wasWell = problem === undefined
    isHanging = error?.cause instanceof TimeoutError
    problem = error?.reason
    if (!isClosed && wasWell !== (problem === undefined)) onChange(problem)
  }

  function probe(): Promise<void> {
    probing ??= check()
    return probing
  }

  const connection: RedisConnection = {
    async run(step, budget = stepBudget) {
      if (isHanging) throw new ResultError('UNKNOWN_EXCEPTION', { reason: 'the Redis store does not answer in time' })
      try {
        return await attempt(step, budget)
      } catch (error) {
        isHanging ||= budget === stepBudget && expectError(error, ResultError).cause instanceof TimeoutError
        void probe()
        throw error
      }
    },
    evaluate<Reply>(script: Script, keys: readonly string[], args: readonly (string | number)[] = []) {
      return connection.run(async (redis) => (await callScript(redis, script, keys, args)) as Reply)
    },
    problem: () => problem,
    client,
    hasOneSlot: address.kind !== 'cluster',
    subscriber,
    close() {
      isClosed = true
      clearTimeout(timer)
      client.disconnect()
      subscriber.disconnect()
    },
  }
  client.on('ready', () => {
    lastError = 'the connection was closed'
    void probe()
  })
  await firstSign(client)
  await probe()
  return connection
}

/** Resolves when connected, when connecting failed, or after a second. */
function firstSign(client: RedisClient): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000)
    for (const event of ['ready', 'error', 'close'])
      client.once(event, () => {
        clearTimeout(timer)
        resolve()
      })
  })
}

/** A time limit is counted in this many parts. */
const parts = 5

/** A pause of this process counts as one part at most: the reply may have arrived, unread. */
function within<T>(milliseconds: number, step: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let left = parts
    let timer: NodeJS.Timeout | undefined
    const count = () => {
      if (left-- === 0) reject(new TimeoutError(`it did not answer within ${milliseconds} ms`))
      else timer = setTimeout(() => setImmediate(count), milliseconds / parts)
    }
    const end = () => {
      left = 0
      clearTimeout(timer)
    }
    count()
    step.then(resolve, reject).finally(end)
  })
}

/** The client of a cluster wraps the error of its last node. */
function innermost(error: Error & { lastNodeError?: Error; errors?: Error[] }): Error {
  const [inner = error.lastNodeError] = error.errors ?? []
  return inner === undefined ? error : innermost(inner)
}
