import type { JournalEntry } from './journal.js'
import { type JournalView, journalFields } from './journal-schema.js'
import { showHeader, showTarget } from './secrets.js'
import { mainNamespace } from './store.js'

/** An entry in full, but for its secrets. */
export function viewEntry(entry: JournalEntry, namespace: string): JournalView {
  const { at, path, result, headers, durationMs } = entry
  return {
    ...plainView(entry),
    at: new Date(at).toISOString(),
    namespace: namespace === mainNamespace ? null : namespace,
    path: showTarget(path),
    headers: viewHeaders(headers),
    result: { ...result },
    durationMs: Math.round(durationMs * 1000) / 1000,
  }
}

/** The fields that look the same in both. What is absent is null. */
type PlainView = Omit<JournalView, 'at' | 'namespace' | 'headers' | 'result' | 'durationMs'>

function plainView(entry: JournalEntry): PlainView {
  const values: Readonly<Record<string, unknown>> = { ...entry }
  return Object.fromEntries(journalFields.map((field) => [field, values[field] ?? null])) as PlainView
}

function viewHeaders(headers: readonly string[]): Record<string, string> {
  const view = new Map<string, string>()
  let name = ''
  headers.forEach((text, index) => {
    if (index % 2 === 0) {
      name = text.toLowerCase()
      return
    }
    const earlier = view.get(name)
    const value = showHeader(name, text)
    view.set(name, earlier === undefined ? value : `${earlier}, ${value}`)
  })
  return Object.fromEntries(view)
}
