import { calls, filter, frozen, hold, release, shown } from '../live/calls.js'
import { curlOf } from '../model/curl.js'
import { toggled } from '../model/filter.js'
import { type MarkKind, markKinds } from '../model/marks.js'
import { rulesFrom } from '../model/scenario.js'
import type { ResultStatus } from '../model/types.js'
import { toYaml } from '../model/yaml.js'
import { Badge } from './badge.js'
import { save } from './copy.js'
import { copy, say } from './toast.js'

const statuses: readonly ResultStatus[] = ['S', 'F', 'U']

const markNames: Record<MarkKind, string> = {
  lost: 'Lost',
  delayed: 'Delayed',
  replayed: 'Replayed',
  refused: 'Refused',
  unsigned: 'Bad signature',
}

export function CallsToolbar() {
  const { text, statuses: chosen, marks } = filter.value
  return (
    <search class="toolbar" aria-label="Filter calls">
      <input
        type="search"
        class="search"
        aria-label="Filter by id, code, rule, client or reason"
        placeholder="Filter: id, code, rule, client, reason"
        value={text}
        onInput={({ currentTarget }) => {
          filter.value = { ...filter.value, text: currentTarget.value }
        }}
      />
      <fieldset class="chips">
        <legend class="visually-hidden">Only these results and deliveries</legend>
        {statuses.map((status) => (
          <button
            key={status}
            type="button"
            class="chip"
            aria-pressed={chosen.includes(status)}
            onClick={() => {
              filter.value = { ...filter.value, statuses: toggled(chosen, status) }
            }}
          >
            <Badge status={status} />
            <Tally status={status} />
          </button>
        ))}
        {markKinds.map((kind) => (
          <button
            key={kind}
            type="button"
            class="chip"
            aria-pressed={marks.includes(kind)}
            onClick={() => {
              filter.value = { ...filter.value, marks: toggled(marks, kind) }
            }}
          >
            {markNames[kind]}
          </button>
        ))}
      </fieldset>
      <div class="toolbar-end">
        <button
          type="button"
          aria-pressed={frozen.value !== undefined}
          onClick={frozen.value === undefined ? hold : release}
        >
          {frozen.value === undefined ? 'Pause' : 'Resume'}
        </button>
        <ExportMenu />
      </div>
    </search>
  )
}

function Tally({ status }: { status: ResultStatus }) {
  const list = frozen.value ?? calls.value
  const count = list.filter(({ result }) => result.resultStatus === status).length
  return <span class="tally">{count.toLocaleString('en')}</span>
}

function ExportMenu() {
  const close = (element: Element) => element.closest('details')?.removeAttribute('open')
  return (
    <details class="menu" onKeyDown={closeOnEscape}>
      <summary class="button">Export</summary>
      <div class="menu-items">
        <p>What is seen here: {shown.value.length.toLocaleString('en')} calls</p>
        <button
          type="button"
          onClick={({ currentTarget }) => {
            saveScenario()
            close(currentTarget)
          }}
        >
          Scenario file
        </button>
        <button
          type="button"
          onClick={({ currentTarget }) => {
            copy(shown.value.toReversed().map(toCurl).join('\n\n'), 'curl commands')
            close(currentTarget)
          }}
        >
          Copy as curl
        </button>
        <button
          type="button"
          onClick={({ currentTarget }) => {
            save('calls.json', JSON.stringify(shown.value, null, 2), 'application/json')
            close(currentTarget)
          }}
        >
          JSON
        </button>
      </div>
    </details>
  )
}

function closeOnEscape(event: KeyboardEvent): void {
  const { key, currentTarget } = event
  if (key !== 'Escape' || !(currentTarget instanceof HTMLDetailsElement)) return
  currentTarget.open = false
  currentTarget.querySelector('summary')?.focus()
}

function saveScenario(): void {
  const rules = rulesFrom(shown.value)
  if (rules.length === 0) say('No rule answered any of these calls: there is nothing to save')
  else save('seen.yaml', toYaml(rules), 'application/yaml')
}

export const toCurl = (call: Parameters<typeof curlOf>[0]) => curlOf(call, location.origin)
