/** `2026-01-31T23:59:59+00:00`: ISO 8601 with an offset, in whole seconds. `at` is in epoch milliseconds. */
export function formatResponseTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}+00:00`
}

const maxHeaderLength = 2048

/**
 * Any text as a legal header value: all but printable ASCII is escaped as in JSON, and text beyond 2 KiB is cut off.
 */
export function headerText(text: string): string {
  const safe = /^[\x20-\x7e]*$/.test(text) ? text : text.replace(/[^\x20-\x7e]/g, escapeCharacter)
  return safe.length > maxHeaderLength ? `${safe.slice(0, maxHeaderLength - 3)}...` : safe
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n'
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
