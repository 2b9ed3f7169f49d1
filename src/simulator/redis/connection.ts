import { ResultError } from '../../protocol/result.js'
import { expectError } from '../../scenarios/expect-error.js'
import type { RedisAddress } from './address.js'
import { connectToRedis, type RedisClient } from './client.js'
import type { Script } from './scripts.js'

/** How long a step of a call may take, in milliseconds, unless told otherwise. */
const defaultStepBudget = 250
/** The same for looking at what is there, which may be much. */
export const readBudget = 5000

/** How often Redis is asked whether it is well, in milliseconds; while it is not, more often. */
const probeInterval = 1000
const recoveryInterval = 250

/** The way to Redis, which always answers in time: with what Redis says, or with why there is nothing. */
export interface RedisConnection {
  /** @throws ResultError UNKNOWN_EXCEPTION that says what is wrong with the store, within the budget in milliseconds */
  run<T>(step: (redis: RedisClient) => Promise<T>, budget?: number): Promise<T>
  /** Runs a script as `run` does. */
  evaluate<Reply>(script: Script, keys: readonly string[], args?: readonly (string | number)[]): Promise<Reply>
  /** What is wrong with the store, if anything. */
  problem(): string | undefined
  client: RedisClient
  /** A connection that may subscribe. */
  subscriber: RedisClient
  close(): void
}

export interface RedisConnectionOptions {
  address: RedisAddress
  /** A key to write to, now and then, to see whether Redis is well. */
  probeKey: string
  /** How long a step of a call may take, in milliseconds; 250 by default. */
  stepBudget?: number | undefined
  /** Told of each change, from being well too. */
  onChange: (problem: string | undefined) => void
}

class TimeoutError extends Error {}

/** Connects, and settles when it is known how Redis is. It need not be there. */
export async function openRedisConnection(options: RedisConnectionOptions): Promise<RedisConnection> {
  const { address, probeKey, stepBudget = defaultStepBudget, onChange } = options
  const { client, subscriber } = connectToRedis(address)
  let lastError = 'it is not connected yet'
  let problem: string | undefined
  /** Redis has let a step wait in vain: until a probe succeeds, others do not even try. */
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
    // What a step throws at once is a bug. What it rejects with is what Redis or its client says.
    const reply = step(client)
    try {
      return await within(budget, reply)
    } catch (error) {
      const { message } = innermost(expectError(error, Error))
      const reason = message.startsWith('OOM') ? `is full: ${message}` : `cannot serve: ${message}`
      throw new ResultError('UNKNOWN_EXCEPTION', { reason: `the Redis store ${reason}`, cause: error })
    }
  }

  async function ask(): Promise<void> {
    try {
      await attempt((redis) => redis.set(probeKey, '1', 'PX', 60_000), stepBudget)
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
    probing ??= ask()
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
    evaluate<Reply>({ sha, lua }: Script, keys: readonly string[], args: readonly (string | number)[] = []) {
      const values = [...keys, ...args]
      return connection.run(async (redis) => {
        const reply = redis.evalsha(sha, keys.length, ...values).catch((error: Error) => {
          if (!error.message.startsWith('NOSCRIPT')) throw error
          return redis.eval(lua, keys.length, ...values)
        })
        return (await reply) as Reply
      })
    },
    problem: () => problem,
    client,
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

/** Settles when the connection is there, or cannot be made, or takes too long. */
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

/** In how many parts a budget is counted. */
const parts = 5

/** Of a pause of this process, in which it hears nothing, only one part counts: the answer may be there, unread. */
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

/** A cluster's client wraps what its last node said. */
function innermost(error: Error & { lastNodeError?: Error; errors?: Error[] }): Error {
  const [inner = error.lastNodeError] = error.errors ?? []
  return inner === undefined ? error : innermost(inner)
}
