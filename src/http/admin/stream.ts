import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FromSchema } from 'json-schema-to-ts'
import { defaultJournalMax, type Journal, type JournalEntry } from '../../simulator/journal.js'
import { type JournalFilter, passesFilter } from '../../simulator/journal-filter.js'
import { viewEntry } from '../../simulator/journal-view.js'
import { namespaceName } from '../namespace.js'
import type { ControlGroupOptions } from './group.js'
import { parseFilter, streamQuerySchema } from './requests.js'
import { problemResponse } from './schema.js'
import { type Pace, paceAt, takeSample } from './stream-sample.js'

interface Route {
  Querystring: FromSchema<typeof streamQuerySchema>
}

/** How often an idle stream sends a heartbeat, in milliseconds. */
const heartbeatInterval = 15_000

/** The journal as it is written, as server-sent events. */
export async function stream(app: FastifyInstance, { namespaceOf }: ControlGroupOptions): Promise<void> {
  const open = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const end of open) end()
  })

  app.get<Route>('/requests/stream', { schema: streamSchema, exposeHeadRoute: false }, async (request, reply) => {
    const { rate, ...query } = request.query
    const filter = parseFilter(query)
    const journal = namespaceOf(request).journal()
    const after = await startOf(journal, request)
    const namespace = namespaceName(request)
    reply.hijack()
    const end = follow({ journal, filter, rate, after, namespace, output: reply.raw, socket: request.socket })
    open.add(end)
    request.socket.once('close', () => open.delete(end))
    return reply
  })
}

/** After the event that the client saw last, else from now on. An id of the future is one of another journal. */
async function startOf(journal: Journal, { headers }: FastifyRequest): Promise<number> {
  const last = await journal.lastId()
  const seen = headers['last-event-id']?.toString() ?? ''
  if (!/^\d+$/.test(seen)) return last
  return Number(seen) > last ? 0 : Number(seen)
}

interface Following {
  journal: Journal
  filter: JournalFilter
  /** How many entries a second at most. */
  rate: number | undefined
  /** The id of the last entry that is not wanted. */
  after: number
  namespace: string
  output: ServerResponse
  /** The connection, of which the stream is the last reply. Its end is told on all versions of Node, that of a reply not. */
  socket: Socket
}

/**
 * Sends entries as they come; returns how to end it. A reader that is slower than they come costs no memory: the journal
 * itself is the buffer, and of entries that fall out of it before they could be sent, the reader is told the number.
 */
function follow({ journal, filter, rate, after, namespace, output, socket }: Following): () => void {
  let cursor = after
  let running = Promise.resolve()
  /** Entries that were sent and have been amended since. No more of them than a journal has by default. */
  const amended = new Set<number>()
  const end = () => {
    quit()
    output.end()
  }

  function send(entry: JournalEntry): void {
    const skipped = entry.id - cursor - 1
    if (skipped > 0) output.write(event({ event: 'skipped', data: { skipped } }))
    cursor = entry.id
    if (passesFilter(entry, filter)) output.write(event({ id: entry.id, data: viewEntry(entry, namespace) }))
  }

  async function sendAmended(id: number): Promise<void> {
    amended.delete(id)
    const [entry] = await journal.read({ after: id - 1, limit: 1 })
    if (entry?.id !== id || !passesFilter(entry, filter)) return
    // Without an id of its own, which is for entries that are new.
    output.write(event({ event: 'amended', data: viewEntry(entry, namespace) }))
  }

  async function pump(): Promise<void> {
    while (!output.writableNeedDrain && !output.writableEnded) {
      const [id] = amended
      if (id !== undefined) {
        await sendAmended(id)
        continue
      }
      const entries = await journal.read({ after: cursor, limit: 1 })
      if (entries.length === 0) return
      entries.forEach(send)
    }
  }

  async function sendSample(share: number): Promise<number> {
    if (output.writableNeedDrain || output.writableEnded) return 0
    const { entries, skipped, cursor: last } = await takeSample({ journal, filter, after: cursor, share })
    if (skipped > 0) output.write(event({ event: 'skipped', data: { skipped } }))
    for (const entry of entries) output.write(event({ id: entry.id, data: viewEntry(entry, namespace) }))
    cursor = last
    const changed = [...amended].slice(0, share - entries.length)
    for (const id of changed) await sendAmended(id)
    return entries.length + changed.length
  }

  const pumping: Pace = {
    wake() {
      running = running.then(pump).catch(end)
    },
    stop() {},
  }
  const { wake, stop: stopPace } = rate === undefined ? pumping : paceAt(rate, sendSample, end)
  const beat = setInterval(() => output.writableNeedDrain || output.write(': heartbeat\n\n'), heartbeatInterval)
  const onAmend = (id: number) => {
    if (id > cursor || amended.size >= defaultJournalMax) return
    amended.add(id)
    wake()
  }
  const stop = journal.subscribe({ onEntry: wake, onAmend, onEnd: end })
  function quit(): void {
    clearInterval(beat)
    stopPace()
    stop()
  }
  socket.once('close', quit)
  output.on('drain', wake)
  output.writeHead(200, eventStreamHeaders)
  output.write('retry: 1000\n\n')
  wake()
  return end
}

const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  // Else a server that closes would wait for the client to let go of the connection.
  connection: 'close',
}

function event({ data, ...fields }: { id?: number; event?: string; data: object }): string {
  const lines = Object.entries({ ...fields, data: JSON.stringify(data) }).map(([name, value]) => `${name}: ${value}\n`)
  return `${lines.join('')}\n`
}

const streamSchema = {
  operationId: 'streamRequests',
  summary: 'The journal as it is written',
  description:
    'Server-sent events: each is a journal entry, with its id. A client that comes back with Last-Event-ID misses ' +
    'nothing that the journal still has. An event "skipped" tells how many entries it no longer had or, with `rate`, ' +
    'how many it left out to not drown the client; an event "amended" gives an entry anew, when it is known for how ' +
    'long its caller waited. The stream does not end by itself: in Swagger UI "Execute" shows ' +
    'nothing, as it waits for the end. Use `curl -N`, `mpp-sim watch` or the live page.',
  querystring: streamQuerySchema,
  headers: {
    type: 'object',
    properties: { 'last-event-id': { type: 'string', description: 'The last event that was seen.' } },
  },
  response: {
    200: {
      description: 'One event for each entry.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
    400: problemResponse('The query has mistakes.'),
  },
}
