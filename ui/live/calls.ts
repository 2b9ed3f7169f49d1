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
  // A page that nobody sees does not draw.
  if (arrived.length > maxKept) arrived.shift()
  arrivedInSecond++
  drawSoon()
}

export function miss(count: number): void {
  missed += count
  arrivedInSecond += count
  drawSoon()
}

/** The shortest time between two drawings, in milliseconds. */
const pace = 150

/** How many times as long as a drawing has taken the page is left alone after it: clicks come first. */
const rest = 6

let isDrawing = false

async function drawSoon(): Promise<void> {
  if (isDrawing) return
  isDrawing = true
  while (arrived.length > 0 || missed > 0) {
    const started = performance.now()
    draw()
    await painted()
    const pause = Math.max(pace, rest * (performance.now() - started))
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
  isDrawing = false
}

/** So many calls at once can still be seen to arrive. */
const maxFresh = 3

let fresh: ReadonlySet<number> = new Set()

/** Whether a call has just come, and not in a crowd. */
export const isFresh = ({ id }: Call) => fresh.has(id)

function draw(): void {
  fresh = new Set(arrived.length <= maxFresh ? arrived.map(({ id }) => id) : [])
  batch(() => {
    if (arrived.length > 0) calls.value = [...arrived.reverse(), ...calls.value].slice(0, maxKept)
    leftOut.value += missed
  })
  arrived = []
  missed = 0
}

function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
}

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
