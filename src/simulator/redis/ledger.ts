import { createHash } from 'node:crypto'
import { type AnyResultCode, type Result, resultOf } from '../../protocol/result.js'
import type { Rule } from '../../scenarios/rule.js'
import type { Awaitable } from '../awaitable.js'
import { finalOf } from '../decision.js'
import type { LedgerEntry } from '../store.js'
import type { RedisConnection } from './connection.js'
import { forgetScript, joinScript, listScript, type Script, settleScript, takeScript } from './scripts.js'

/** An entry is of a newer generation than its caller knows of. */
export class NewerGeneration extends Error {
  readonly generation: string

  constructor(generation: string) {
    super(`the ledger is in generation ${generation}`)
    this.name = 'NewerGeneration'
    this.generation = generation
  }
}

/** A call, and in which generation of the namespace it is. */
export interface LedgerCall {
  generation: string
  id: string
  rule: Rule
  /** Epoch seconds, or nothing. */
  at: string | number
}

/** What became of a call: read by `entryOf`. */
export type TakeReply = [generation: string, attempts: number, ...held: HeldReply]

/** Each method is told in which generation of the namespace it is. */
export interface RedisLedger {
  /** Takes calls, in one step where they may be in one. */
  takeAll(calls: readonly LedgerCall[]): Promise<readonly Awaitable<TakeReply>[]>
  /** The entry after a call, with the final result from before. @throws NewerGeneration */
  entryOf(call: LedgerCall, reply: TakeReply): Awaitable<LedgerEntry>
  /** Makes two ids those of one payment. @throws NewerGeneration */
  link(generation: string, id: string, otherId: string): Promise<void>
  entry(generation: string, id: string): Promise<LedgerEntry | undefined>
  forget(generation: string, id: string): Promise<boolean>
}

export interface RedisLedgerOptions {
  connection: RedisConnection
  /** The key of the entry of an id. */
  keyOf: (id: string) => string
  /** How long an id is remembered after its last call, in milliseconds. */
  timeToLive: number
}

/** What an id leads to: the entry that holds the final result of its payment, if there is one. */
interface Holder {
  id: string
  final: string | null
  time: string | null
}

type SettleReply = [generation: string, ...held: HeldReply]
type HeldReply = [final?: string | null, time?: string | null, other?: string | null]

/**
 * A ledger whose entries are spread over all slots of a cluster, so that each step is atomic for one id alone. Ids of one
 * payment are joined nevertheless: an entry without a final result is given another one's, or stands for another entry
 * without one, which is that of a lower rank. Either is one step, and whoever comes in between is followed.
 */
export function createRedisLedger({ connection, keyOf, timeToLive }: RedisLedgerOptions): RedisLedger {
  /** Runs a script of an entry. @throws NewerGeneration */
  async function step<Reply extends readonly unknown[]>(
    script: Script,
    generation: string,
    id: string,
    args: readonly (string | number)[],
  ): Promise<Reply> {
    const reply = await connection.evaluate<Reply>(script, [keyOf(id)], [generation, timeToLive, ...args])
    return checkGeneration(reply)
  }

  function takeTogether(calls: readonly LedgerCall[]): Promise<readonly TakeReply[]> {
    const rules = [...new Set(calls.map(({ rule }) => rule))]
    const places = new Map(rules.map((rule, index) => [rule, index + 1]))
    const finals = rules.map(finalsOf).flatMap((each) => [each.length, ...each])
    const each = calls.flatMap(({ generation, at, rule }) => [generation, at, Number(places.get(rule))])
    const keys = calls.map(({ id }) => keyOf(id))
    return connection.evaluate(takeScript, keys, [timeToLive, rules.length, ...finals, ...each])
  }

  function takeAlone(call: LedgerCall): Promise<TakeReply> {
    const reply = takeTogether([call]).then(([first]) => first as TakeReply)
    // Whoever awaits it may first wait for something else.
    reply.catch(() => {})
    return reply
  }

  /** The entry that holds, or is to hold, the final result of an id. It is given `final` where it has none. */
  async function settle(generation: string, id: string, final = '', time: string | number = ''): Promise<Holder> {
    const [, held = null, heldSince = null, other] = await step<SettleReply>(settleScript, generation, id, [
      time,
      final,
    ])
    return other ? settle(generation, other, final, time) : { id, final: held, time: heldSince }
  }

  async function link(generation: string, id: string, otherId: string): Promise<void> {
    const [one, other] = await Promise.all([settle(generation, id), settle(generation, otherId)])
    if (one.id === other.id || (one.final !== null && other.final !== null)) return
    const [joined, target] = joinsOther(one, other) ? [one, other] : [other, one]
    const args = [target.time ?? '', target.final ?? '', target.id]
    const [, isJoined] = await step<[string, number]>(joinScript, generation, joined.id, args)
    if (isJoined === 0) return link(generation, id, otherId)
    await step(listScript, generation, target.id, [joined.id])
  }

  return {
    takeAll: async (calls) => (connection.hasOneSlot ? takeTogether(calls) : calls.map(takeAlone)),
    entryOf({ generation, rule, at }, reply) {
      const [, attempts, final, time, other] = checkGeneration(reply)
      if (!other) return entryFrom(attempts, final, time)
      const settled = settle(generation, other, encodeResult(finalOf(rule, attempts)), at)
      return settled.then((held) => entryFrom(attempts, held.final, held.time))
    },
    link,
    async entry(generation, id) {
      const read = (each: string) => connection.run((redis) => redis.hmget(keyOf(each), 'g', 'a', 'f', 't', 's', 'l'))
      const [of, attempts, ...own] = await read(id)
      if ((of ?? '0') !== generation || [attempts, ...own].every((field) => !field)) return undefined
      let [final, time, other] = own
      while (other) [, , final, time, other] = await read(other)
      return entryFrom(Number(attempts ?? 0), final, time)
    },
    async forget(generation, id) {
      const ids = new Set([id])
      let isKnown = false
      for (const each of ids) {
        const [known, ...others] = await connection.evaluate<[number, ...string[]]>(
          forgetScript,
          [keyOf(each)],
          [generation],
        )
        isKnown ||= known === 1
        for (const other of others) ids.add(other)
      }
      return isKnown
    },
  }
}

/** @throws NewerGeneration */
function checkGeneration<Reply extends readonly unknown[]>(reply: Reply): Reply {
  if (reply.length === 1) throw new NewerGeneration(String(reply[0]))
  return reply
}

/** Whether the one is to be joined to the other, and not the other way round. */
function joinsOther(one: Holder, other: Holder): boolean {
  if (one.final !== null || other.final !== null) return one.final === null
  return rankOf(one.id) > rankOf(other.id)
}

/** Any order will do in which entries never stand for each other in a circle. In this one chains stay short. */
function rankOf(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}

const finalsByRule = new WeakMap<Rule, (string | number)[]>()

/** For each step of a rule its last attempt, and the final result that it leaves. */
function finalsOf(rule: Rule): (string | number)[] {
  const known = finalsByRule.get(rule)
  if (known !== undefined) return known
  const made = rule.steps.flatMap(({ lastAttempt }) => [lastAttempt, encodeResult(finalOf(rule, lastAttempt))])
  finalsByRule.set(rule, made)
  return made
}

/** The code says all but a message of its own. */
function encodeResult(result: Result | undefined): string {
  if (result === undefined) return ''
  const { resultCode, resultMessage } = result
  return resultMessage === resultOf(resultCode).resultMessage ? resultCode : `${resultCode} ${resultMessage}`
}

function entryFrom(attempts: number, final: string | null | undefined, time: string | null | undefined): LedgerEntry {
  const entry = { attempts, final: decodeResult(final) }
  return time ? { ...entry, finalAt: Number(time) } : entry
}

function decodeResult(text: string | null | undefined): Result | undefined {
  if (!text) return undefined
  const [, code, message] = /^(\w+)(?: (.*))?$/s.exec(text) as unknown as [string, AnyResultCode, string | undefined]
  return resultOf(code, message)
}
