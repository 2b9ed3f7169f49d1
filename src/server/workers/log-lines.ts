import type { Readable } from 'node:stream'

/** Hands on the lines of a stream, each with its newline. Only a newline ends one: text may have other line separators. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(`${line}\n`)
  })
}
