import { useSignal } from '@preact/signals'
import { memo } from 'preact/compat'
import { calls, filter, frozen, hold, isFresh, release, shown, waiting } from '../live/calls.js'
import { go, linkToCall, openCall } from '../live/route.js'
import { isFiltering, noFilter } from '../model/filter.js'
import { marksOf } from '../model/marks.js'
import { briefOf } from '../model/sentence.js'
import { timeOf } from '../model/time.js'
import type { Call } from '../model/types.js'
import { Badge, MarkChip } from './badge.js'
import { Detail } from './detail.js'
import { Empty } from './empty.js'
import { CallsToolbar } from './toolbar.js'

/** How many rows are drawn before somebody asks for more. */
const rowsAtFirst = 40
const rowsMore = 200

export function CallsView() {
  const id = openCall.value
  return (
    <>
      <section class="list" aria-label="Calls">
        {calls.value.length === 0 && frozen.value === undefined ? <Empty /> : <CallList />}
      </section>
      {id !== undefined && <Detail key={id} id={id} />}
    </>
  )
}

function CallList() {
  const limit = useSignal(rowsAtFirst)
  const list = shown.value
  return (
    <>
      <CallsToolbar />
      {/* Who has scrolled away from the newest is reading: rows must not run away. */}
      <div
        class="scroll"
        onScroll={({ currentTarget }) => {
          if (currentTarget.scrollTop > 40) hold()
        }}
      >
        {waiting.value > 0 && <NewCalls />}
        <table class="calls-table">
          <caption class="visually-hidden">Calls, the newest first</caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Result</th>
              <th scope="col">Payment</th>
              <th scope="col">Rule</th>
              <th scope="col">Delivery</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody onKeyDown={moveFocus}>
            {list.slice(0, limit.value).map((call) => (
              <Row key={call.id} call={call} isOpen={call.id === openCall.value} />
            ))}
          </tbody>
        </table>
        {list.length === 0 && <NothingPasses />}
        {list.length > limit.value && (
          <button
            type="button"
            class="more"
            onClick={() => {
              hold()
              limit.value += rowsMore
            }}
          >
            Show more ({(list.length - limit.value).toLocaleString('en')})
          </button>
        )}
      </div>
    </>
  )
}

function NewCalls() {
  return (
    <button
      type="button"
      class="new-calls"
      onClick={({ currentTarget }) => {
        currentTarget.closest('.scroll')?.scrollTo({ top: 0 })
        release()
      }}
    >
      ▲ {waiting.value.toLocaleString('en')} new
    </button>
  )
}

function NothingPasses() {
  return (
    <p class="nothing">
      None of the {(frozen.value ?? calls.value).length.toLocaleString('en')} calls here passes the filter.{' '}
      {isFiltering(filter.value) && (
        <button type="button" onClick={() => (filter.value = noFilter)}>
          Show all
        </button>
      )}
    </p>
  )
}

const Row = memo(({ call, isOpen }: { call: Call; isOpen: boolean }) => {
  const { id, at, result, rule, attempt } = call
  const marks = marksOf(call)
  const isLost = marks.some(({ kind }) => kind === 'lost')
  return (
    <tr
      class={`call${isLost ? ' lost' : ''}${isFresh(call) ? ' fresh' : ''}`}
      aria-current={isOpen ? 'true' : undefined}
      onClick={({ target }) => {
        if (target instanceof Element && target.closest('a') === null && !isSelecting()) go(linkToCall(id))
      }}
    >
      <td class="time">
        <time dateTime={at}>{timeOf(at)}</time>
      </td>
      <td class="result">
        <span class="result-line">
          <Badge status={result.resultStatus} />
          <span class="code">{result.resultCode}</span>
        </span>
      </td>
      <td class="payment">
        <a href={linkToCall(id)} data-row>
          {nameOf(call)}
        </a>
        {call.profile && call.profile !== 'mpp' && <span class="profile">{call.profile}</span>}
      </td>
      <td class="rule">
        {rule === null ? <span class="faint">{attempt === null ? '' : 'no rule'}</span> : <RuleId id={rule} />}
        {attempt !== null && (
          <span class="attempt">
            <span class="visually-hidden">attempt </span>#{attempt}
          </span>
        )}
      </td>
      <td class="delivery">
        {marks.map((mark) => (
          <MarkChip key={mark.kind} mark={mark} />
        ))}
      </td>
      <td class="why">{briefOf(call)}</td>
    </tr>
  )
})

/** The file matters less than the name of the rule. */
export function RuleId({ id }: { id: string }) {
  const at = id.indexOf('/') + 1
  return (
    <>
      <span class="faint">{id.slice(0, at)}</span>
      <wbr />
      {id.slice(at)}
    </>
  )
}

function nameOf({ paymentRequestId, paymentId, method, path }: Call): string {
  return paymentRequestId ?? paymentId ?? `${method} ${path}`
}

function isSelecting(): boolean {
  return getSelection()?.isCollapsed === false
}

const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }

/** The arrow keys go from row to row. */
function moveFocus(event: KeyboardEvent): void {
  const { key, target } = event
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.calls-table a[data-row]')]
  const at = links.indexOf(target as HTMLAnchorElement)
  const ends: Record<string, number> = { Home: 0, End: links.length - 1 }
  const to = ends[key] ?? at + (steps[key] ?? 0)
  if (at === -1 || to === at) return
  event.preventDefault()
  hold()
  links[Math.max(0, Math.min(links.length - 1, to))]?.focus()
}
