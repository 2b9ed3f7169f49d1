import { createConnection, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { collidingIds } from '../../test/fixtures/colliding-ids.js'
import { body, headers, path } from '../call.js'
import { load, type Request } from '../load.js'
import type { BenchOptions } from '../options.js'
import type { Numbers } from '../rounds.js'
import { type Row, ratioRow } from '../row.js'
import { type BenchServer, simulator } from '../server.js'
import { type Suite, tell, withServers } from '../suite.js'

export const attack: Suite = {
  name: 'attack',
  about: 'calls per second under attack, against the same server without it',
  run: (options) => withServers([simulator('simulator')], ([server]) => compare(server as BenchServer, options)),
}

/** Something that goes on while calls are measured. Returns how to end it. */
type Attack = (server: BenchServer, until: AbortSignal) => Promise<() => void>

async function compare(server: BenchServer, { seconds, rounds }: BenchOptions): Promise<Row[]> {
  await load(server, { seconds: Math.min(seconds, 2) })
  const rows: Row[] = []
  for (const [what, atLeast, attack] of attacks) {
    const [quiet, attacked]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      quiet.push((await load(server, { seconds })).rate)
      attacked.push(await during(server, attack, async () => (await load(server, { seconds })).rate))
      tell(`  ${what}: ${Math.round(attacked.at(-1) ?? 0)} of ${Math.round(quiet.at(-1) ?? 0)} calls/s`)
    }
    rows.push(row(what, attacked, quiet, atLeast))
  }
  rows.push(await madeIds(server, { seconds, rounds }))
  return rows
}

function row(what: string, ours: Numbers, control: Numbers, atLeast: number): Row {
  return ratioRow({ what, unit: 'calls/s', ours, control, against: 'without' }, { atLeast })
}

async function during<T>(server: BenchServer, attack: Attack, use: () => Promise<T>): Promise<T> {
  const ending = new AbortController()
  const end = await attack(server, ending.signal)
  try {
    return await use()
  } finally {
    ending.abort()
    end()
  }
}

const attacks: readonly [what: string, atLeast: number, attack: Attack][] = [
  ['10,000 pipelined calls that hang', 0.85, async (server) => openAll(1, server, () => hanging.repeat(10_000))],
  ['bodies with 300,000 mistakes, one after the other', 0.5, postMistakes],
  ['rules with regular expressions too large', 0.8, postRegexes],
  ['200 readers of events', 0.85, async (server) => openAll(200, server, () => streamRequest, true)],
  ['200 readers of events that do not read', 0.85, async (server) => openAll(200, server, () => streamRequest)],
]

const hangingBody = body('HANG-1')
const hanging = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${hangingBody.length}\r\n\r\n${hangingBody}`
const streamRequest = 'GET /__admin/requests/stream HTTP/1.1\r\nHost: a\r\n\r\n'

/** Opens connections, each of which sends a text, and reads what comes back or does not. */
function openAll(count: number, { url }: BenchServer, text: () => string, isReading = false): () => void {
  const { port, hostname } = new URL(url)
  const sockets: Socket[] = []
  for (let n = 0; n < count; n++) {
    const socket = createConnection({ port: Number(port), host: hostname })
    socket.on('error', () => {}).write(text())
    sockets.push(isReading ? socket.resume() : socket.pause())
  }
  return () => {
    for (const socket of sockets) socket.destroy()
  }
}

async function postMistakes(server: BenchServer, until: AbortSignal): Promise<() => void> {
  return post(server, until, `{"rules":[${'{},'.repeat(300_000)}{}]}`)
}

async function postRegexes(server: BenchServer, until: AbortSignal): Promise<() => void> {
  const pspId = Array.from({ length: 27 }, () => `/${'(a{0,1000})'.repeat(90)}/`)
  return post(server, until, JSON.stringify({ name: 'large', match: { pspId }, reply: 'SUCCESS' }))
}

/** Posts rules over and over, with a pause as long as a reply took. */
function post({ url }: BenchServer, until: AbortSignal, body: string): () => void {
  const run = async () => {
    while (!until.aborted) {
      const started = performance.now()
      const reply = await fetch(`${url}/__admin/rules`, { method: 'POST', headers, body })
      await reply.arrayBuffer()
      await setTimeout(performance.now() - started)
    }
  }
  const running = run()
  return () => void running.catch((error: Error) => tell(`  ${error.message}`))
}

/** Ids that share the first word of a hash without a key, against as many that do not. */
async function madeIds(
  server: BenchServer,
  { seconds, rounds }: Pick<BenchOptions, 'seconds' | 'rounds'>,
): Promise<Row> {
  const made = collidingIds(13).map(requestFor)
  const usual = made.map((_, n) => requestFor(`usual-${n}`))
  const [attacked, quiet]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    quiet.push((await load(server, { seconds, pool: usual })).rate)
    attacked.push((await load(server, { seconds, pool: made })).rate)
  }
  return row('8,192 ids made to collide', attacked, quiet, 0.9)
}

function requestFor(id: string): Request {
  return { headers, body: body(id) }
}
