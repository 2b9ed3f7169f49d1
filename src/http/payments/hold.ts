import type { FastifyReply } from 'fastify'
import type { Hold } from '../../simulator/journal.js'
import { whenClosed } from './connection.js'
import { hasLeft } from './record.js'

interface HeldCall {
  /** When the call arrived, and what time it is: epoch milliseconds. */
  since: number
  now: () => number
  /** Where there is no answer: after how many milliseconds it is noted that the caller still waits. */
  limit: number | undefined
  amend: (hold: Hold) => void
}

/** Notes for how long the caller of a held call waits: when it leaves, and once after `limit`. */
export function watchHold({ request, raw: response }: FastifyReply, call: HeldCall): void {
  const { since, now, limit, amend } = call
  const { socket } = request
  const timer = limit === undefined ? undefined : setTimeout(noteLimit, since + limit - now(), limit).unref()

  /** Timers know no fractions, and may be early by one. */
  function noteLimit(limit: number): void {
    amend({ heldMs: Math.max(limit, now() - since), callerLeft: false })
  }

  function onClose(): void {
    clearTimeout(timer)
    if (hasLeft(request)) amend({ heldMs: now() - since, callerLeft: true })
  }

  if (socket.destroyed) onClose()
  // The caller has its answer, and the connection goes on to other calls.
  else response.once('finish', whenClosed(socket, onClose))
}
