import { effect, signal } from '@preact/signals'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Call } from '../model/types.js'
import { ApiError, api, call, locked, token } from './api.js'
import { amend, backfill, fill, isKnown, miss, release, take } from './calls.js'

export type Connection = 'connecting' | 'live' | 'locked' | 'away'
export const connection = signal<Connection>('connecting')

/** How many calls a second are shown; the server tells the number of the others. */
const callsPerSecond = 40

/** How many calls of the past are shown to begin with. */
const entriesAtFirst = 300

/** How long to wait before the next try, in milliseconds. */
const pause = 1000

/** Follows the journal for as long as the page is open, whatever happens to the server. */
export async function follow(): Promise<never> {
  for (;;) {
    try {
      await followOnce()
      connection.value = 'away'
    } catch (error) {
      const isLocked = error instanceof ApiError && error.status === 401
      connection.value = isLocked ? 'locked' : 'away'
      if (isLocked) await unlocked()
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** Settles with the next token. */
function unlocked(): Promise<void> {
  const before = token.value
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (token.value === before && locked.value !== undefined) return
      resolve()
      queueMicrotask(() => stop())
    })
  })
}

async function followOnce(): Promise<void> {
  const { requests } = await api.journal(entriesAtFirst)
  // Another journal is one of a server that has been started anew.
  if (!isKnown(requests)) release()
  fill(requests)
  const reply = await openStream(requests.at(-1)?.id ?? 0)
  connection.value = 'live'
  const parser = createParser({ onEvent })
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const chunk = await reader?.read()
    if (chunk === undefined || chunk.done) return
    parser.feed(chunk.value)
  }
}

async function openStream(after: number): Promise<Response> {
  const abort = new AbortController()
  addEventListener('pagehide', () => abort.abort(), { once: true })
  const headers = { 'last-event-id': String(after) }
  return call('GET', `/requests/stream?rate=${callsPerSecond}`, { headers, signal: abort.signal })
}

function onEvent({ event, data }: EventSourceMessage): void {
  if (event === 'skipped') {
    miss(JSON.parse(data).skipped)
    fillGapSoon()
  }
  if (event === 'amended') amend(JSON.parse(data) as Call)
  if (event === undefined) take(JSON.parse(data) as Call)
}

/** How long it has to be calm before what was left out is asked for, in milliseconds. */
const calm = 1500
let gap: ReturnType<typeof setTimeout> | undefined

/** After a burst the journal still has its calls, and there is time to read them. */
function fillGapSoon(): void {
  clearTimeout(gap)
  gap = setTimeout(async () => {
    const journal = await api.journal(entriesAtFirst).catch(() => undefined)
    if (journal !== undefined) backfill(journal.requests)
  }, calm)
}
