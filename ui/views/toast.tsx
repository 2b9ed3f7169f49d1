import { signal } from '@preact/signals'

interface Toast {
  id: number
  text: string
}

const toasts = signal<readonly Toast[]>([])
let last = 0

/** How long it stays, in milliseconds. */
const stay = 5000

/** Says that something was done, or could not be; a screen reader says it too. */
export function say(text: string): void {
  const toast = { id: ++last, text }
  toasts.value = [...toasts.value, toast]
  setTimeout(() => {
    toasts.value = toasts.value.filter((each) => each !== toast)
  }, stay)
}

/** Does something, and says what came of it. */
export async function attempt(done: string, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action()
    say(done)
    return true
  } catch (error) {
    say(`Not done: ${(error as Error).message}`)
    return false
  }
}

export async function copy(text: string, what: string): Promise<void> {
  await attempt(`${what} copied`, () => navigator.clipboard.writeText(text))
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  )
}
