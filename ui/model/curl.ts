import type { Call } from './types.js'

/** Headers that curl makes itself, or that would be wrong when sent again. */
const left = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'user-agent', 'accept', 'signature'])

/** A command that sends the call again, for a shell. Its signature is left out: it would not fit the moment. */
export function curlOf(call: Call, origin: string): string {
  const { method, path, headers, body } = call
  const shown = Object.entries(headers).filter(([name, value]) => !isLeftOut(name, value))
  const parts = [
    `curl -i${method === 'POST' ? '' : ` -X ${quote(method)}`} ${quote(origin + path)}`,
    ...shown.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-raw ${quote(body)}`]),
  ]
  return parts.join(' \\\n  ')
}

/** Of the Authorization header the journal keeps no more than its scheme; the browser's own are of no use. */
function isLeftOut(name: string, value: string): boolean {
  return left.has(name) || name === 'authorization' || name === 'cookie' || /^(sec-|accept-)/.test(name) || value === ''
}

/** In single quotes a POSIX shell obeys nothing. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
