import { copy } from './toast.js'

/** Text to read, and to take along. */
export function CopyBlock({ text, what }: { text: string; what: string }) {
  return (
    <div class="copy-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard has to be able to scroll it */}
      <pre tabIndex={0}>{text}</pre>
      <button type="button" onClick={() => copy(text, what)}>
        Copy
        <span class="visually-hidden"> {what}</span>
      </button>
    </div>
  )
}

export function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
