import type { WriteBytes, Writer } from './log-writer.js'

/** Where log lines go. */
export interface LogOutput {
  /** Takes a line, or drops it where too many wait. Never waits, and never throws. */
  write(line: string): void
  /** How many lines were dropped, as they could not be written. */
  dropped(): number
  /** Settles when all lines are written, or after some milliseconds: a reader may never come back. */
  end(milliseconds: number): Promise<void>
}

/** How many characters of lines wait at most. */
const maxWaiting = 1024 * 1024

/** How long lines are collected before they are written together, in milliseconds. */
const gathering = 10

/**
 * How long to wait before a write that failed is tried again, in milliseconds: twice as long each time, as a reader that
 * keeps up empties a pipe at once, and one that has stalled costs next to nothing.
 */
const retry = { first: 1, last: 100 }

/** A reader that does not read just now, and a disk that is full. After any other error what was not written is lost. */
const passing: readonly (string | undefined)[] = ['EAGAIN', 'ENOSPC', 'EDQUOT', 'EINTR']

/**
 * Writes lines in order. While nothing can be written they wait, up to a bound; then they are dropped and counted.
 * `recovered` makes the line that says how many were, once it works again.
 */
export function createLogOutput(writer: Writer, recovered: (dropped: number) => string): LogOutput {
  let waiting: string[] = []
  let length = 0
  let dropped = 0
  let told = 0
  /** Runs before a write. With neither this nor a write under way, nothing waits. */
  let timer: NodeJS.Timeout | undefined
  let isWriting = false
  let pause = retry.first
  let onDone = () => {}

  function next(): void {
    if (length > 0) sendAll()
    else onDone()
  }

  function sendAll(): void {
    const bytes = Buffer.from(waiting.join(''))
    waiting = []
    length = 0
    send(bytes)
  }

  function send(bytes: Buffer): void {
    isWriting = true
    const done: Parameters<WriteBytes>[1] = (error, written) => {
      isWriting = false
      if (!error) onWritten(bytes.subarray(written))
      else if (passing.includes(error.code)) sendLater(bytes)
      else giveUp(bytes)
    }
    writer.write(bytes, done)
  }

  function onWritten(rest: Buffer): void {
    pause = retry.first
    if (rest.length > 0) send(rest)
    else if (dropped > told) tell()
    else next()
  }

  function tell(): void {
    const line = recovered(dropped - told)
    told = dropped
    send(Buffer.from(line))
  }

  /** It keeps no process alive that has nothing else to do. */
  function sendLater(bytes: Buffer): void {
    timer = setTimeout(() => {
      timer = undefined
      send(bytes)
    }, pause).unref()
    pause = Math.min(pause * 2, retry.last)
  }

  function giveUp(bytes: Buffer): void {
    for (const byte of bytes) if (byte === newline) dropped++
    next()
  }

  return {
    write(line) {
      if (length + line.length > maxWaiting) {
        dropped++
        return
      }
      waiting.push(line)
      length += line.length
      if (isWriting || timer !== undefined) return
      timer = setTimeout(() => {
        timer = undefined
        next()
      }, gathering)
    },
    dropped: () => dropped,
    end: (milliseconds) =>
      new Promise((resolve) => {
        const deadline = setTimeout(() => onDone(), milliseconds)
        onDone = () => {
          clearTimeout(deadline)
          clearTimeout(timer)
          writer.close()
          resolve()
        }
        if (!isWriting && timer === undefined) onDone()
      }),
  }
}

const newline = 10
