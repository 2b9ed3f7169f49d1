import type { Readable } from 'node:stream'

/** Hands on the lines of a stream, each with its newline. Only that ends one: text may have other line separators. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const text = rest + chunk
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    for (const [line] of text.slice(0, end).matchAll(/[^\n]*\n/g)) onLine(line)
  })
}
