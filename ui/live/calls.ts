import { batch, computed, signal } from '@preact/signals'
import { type Filter, isFiltering, noFilter, passes } from '../model/filter.js'
import type { Call } from '../model/types.js'

/** How many calls the page keeps. */
const maxKept = 1000

/** Newest first. */
export const calls = signal<readonly Call[]>([])
/** The list as it was when somebody stopped it; nothing while it runs. */
export const frozen = signal<readonly Call[] | undefined>(undefined)
export const filter = signal<Filter>(noFilter)

/** How many calls the server has left out of the stream, since the page was opened, to not drown it. */
export const leftOut = signal(0)

/** Calls by the second of their arrival, also those that were left out; for the last minute. */
export const rates = signal<readonly number[]>([])

const isWaiting = () => frozen.value !== undefined
export const shown = computed(() => {
  const list = frozen.value ?? calls.value
  return isFiltering(filter.value) ? list.filter((call) => passes(call, filter.value)) : list
})

/** How many calls have come since the list was stopped. */
export const waiting = computed(() => {
  const newest = frozen.value?.[0]?.id ?? 0
  return isWaiting() ? calls.value.filter(({ id }) => id > newest).length : 0
})

export function hold(): void {
  if (!isWaiting()) frozen.value = calls.value
}

export function release(): void {
  frozen.value = undefined
}

let arrived: Call[] = []
let missed = 0
let arrivedInSecond = 0

/** Takes calls up together: at a thousand a second the page would do nothing but draw. */
export function take(call: Call): void {
  arrived.push(call)
  arrivedInSecond++
}

export function miss(count: number): void {
  missed += count
  arrivedInSecond += count
}

/** How often what came is shown, in milliseconds. */
const pace = 150

setInterval(() => {
  if (arrived.length === 0 && missed === 0) return
  batch(() => {
    if (arrived.length > 0) calls.value = [...arrived.reverse(), ...calls.value].slice(0, maxKept)
    leftOut.value += missed
  })
  arrived = []
  missed = 0
}, pace)

const minute = 60

setInterval(() => {
  // Nothing changes while nothing comes, so that an idle page is idle.
  if (arrivedInSecond === 0 && rates.value.every((rate) => rate === 0)) return
  rates.value = [...rates.value, arrivedInSecond].slice(-minute)
  arrivedInSecond = 0
}, 1000)

/** Starts again from the entries of a journal, oldest first. */
export function fill(entries: readonly Call[]): void {
  arrived = []
  calls.value = entries.toReversed()
}

/** Takes up entries that the stream had left out. */
export function backfill(entries: readonly Call[]): void {
  const known = new Map(calls.value.map((call) => [call.id, call]))
  const found = entries.filter(({ id }) => !known.has(id))
  for (const call of found) known.set(call.id, call)
  batch(() => {
    calls.value = [...known.values()].sort((a, b) => b.id - a.id).slice(0, maxKept)
    leftOut.value = Math.max(0, leftOut.value - found.length)
  })
  // What is still on its way to the list is there by now.
  arrived = arrived.filter(({ id }) => !known.has(id))
}

/** Shows what has become known of a call since. */
export function amend(call: Call): void {
  const update = (list: readonly Call[]) => list.map((each) => (each.id === call.id ? call : each))
  arrived = [...update(arrived)]
  batch(() => {
    calls.value = update(calls.value)
    if (frozen.value !== undefined) frozen.value = update(frozen.value)
  })
}

/** Whether the journal with these entries, oldest first, is the one that the page knows already. */
export function isKnown(entries: readonly Call[]): boolean {
  const newest = arrived.at(-1) ?? calls.value[0]
  if (newest === undefined) return false
  return entries.some(({ id, at }) => id === newest.id && at === newest.at)
}
