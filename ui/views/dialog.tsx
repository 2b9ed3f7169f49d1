import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

interface DialogProps {
  title: string
  /** Told when it was closed, by whatever means. */
  onClose?: () => void
  children: ComponentChildren
}

/** Above everything else. The browser keeps the focus inside and gives it back afterwards. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => element.current?.showModal(), [])
  return (
    <dialog ref={element} aria-labelledby={heading} onClose={onClose} onCancel={onClose ? undefined : keepOpen}>
      <div class="dialog-head">
        <h2 id={heading}>{title}</h2>
        {onClose && (
          <button type="button" class="quiet" aria-label="Close" onClick={() => element.current?.close()}>
            ✕
          </button>
        )}
      </div>
      {children}
    </dialog>
  )
}

function keepOpen(event: Event): void {
  event.preventDefault()
}
