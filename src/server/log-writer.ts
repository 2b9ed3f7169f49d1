import { constants, fstatSync, openSync, write } from 'node:fs'
import { Socket } from 'node:net'

/** Calls back with an error, or with how many bytes were written. It never waits for a reader, and never throws. */
export type WriteBytes = (
  bytes: Buffer,
  done: (error: NodeJS.ErrnoException | null | undefined, written: number) => void,
) => void

export interface Writer {
  write: WriteBytes
  /** Gives up what is not written yet. */
  close(): void
}

/**
 * Writes to a file descriptor that something else has opened, such as standard output. A pipe or terminal whose reader
 * stops would stop whoever writes to it, and a thread that waits in a write would keep the process from ending. So these
 * are opened once more, without waiting, which changes nothing for others who write to them.
 */
export function openWriter(fd: number): Writer {
  const stats = fstatSync(fd)
  const isFile = !stats.isFIFO() && !stats.isCharacterDevice() && !stats.isSocket()
  if (isFile) return fileWriter(fd)
  try {
    return fileWriter(openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY))
  } catch {
    // A socket cannot be opened, nor anything of another user, nor on systems without /proc.
    return socketWriter(fd)
  }
}

function fileWriter(fd: number): Writer {
  return { write: (bytes, done) => write(fd, bytes, done), close() {} }
}

function socketWriter(fd: number): Writer {
  const socket = new Socket({ fd, readable: false, writable: true })
  // Each write tells its own error.
  socket.on('error', () => {})
  return {
    write: (bytes, done) => void socket.write(bytes, (error) => done(error, bytes.length)),
    close: () => void socket.destroy(),
  }
}
