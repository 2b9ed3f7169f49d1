import type { Mark } from '../model/marks.js'
import type { ResultStatus } from '../model/types.js'

const words = { S: 'success', F: 'failure', U: 'unknown' } as const

/** S, F and U differ by shape and letter, not by colour alone. */
export function Badge({ status }: { status: ResultStatus }) {
  return (
    <span class={`badge status-${status}`} title={`resultStatus ${status}: ${words[status]}`}>
      <span aria-hidden="true">{status}</span>
      <span class="visually-hidden">{words[status]}: </span>
    </span>
  )
}

const signs = { lost: '✕', delayed: '◷', replayed: '↺', refused: '⊘', unsigned: '✎' } as const

export function MarkChip({ mark: { kind, label } }: { mark: Mark }) {
  return (
    <span class={`mark mark-${kind}`}>
      <span aria-hidden="true">{signs[kind]}</span> {label}
    </span>
  )
}
