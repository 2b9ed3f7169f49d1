import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { api } from '../live/api.js'
import { calls, frozen } from '../live/calls.js'
import { go, linkTo, linkToCall } from '../live/route.js'
import { duration, lossOf, marksOf } from '../model/marks.js'
import { type PaymentId, paymentOf } from '../model/payment.js'
import { exactly, messageOf, spelt } from '../model/scenario.js'
import { sentenceOf } from '../model/sentence.js'
import { patternSummary } from '../model/summary.js'
import { timeOf } from '../model/time.js'
import type { Call, Explanation, LedgerEntry, Miss, RuleDefinition } from '../model/types.js'
import { Badge, MarkChip } from './badge.js'
import { CopyBlock } from './copy.js'
import { startRule } from './rule-form.js'
import { attempt } from './toast.js'
import { toCurl } from './toolbar.js'

/** One call in full. */
export function Detail({ id }: { id: number }) {
  const call = useSignal<Call | undefined>([...(frozen.value ?? []), ...calls.value].find((each) => each.id === id))
  const error = useSignal<string | undefined>(undefined)
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    panel.current?.focus({ preventScroll: true })
    if (call.value !== undefined) return
    api.entry(id).then(
      (entry) => {
        call.value = entry
      },
      (reason) => {
        error.value = reason.message
      },
    )
  }, [])
  return (
    <section
      ref={panel}
      class="detail"
      aria-label={`Call ${id}`}
      tabIndex={-1}
      onKeyDown={({ key }) => {
        if (key === 'Escape') close(id)
      }}
    >
      <div class="detail-head">
        <h2>Call {id}</h2>
        <button type="button" class="quiet" aria-label="Close the call" onClick={() => close(id)}>
          ✕
        </button>
      </div>
      {call.value !== undefined && <Content call={call.value} />}
      {error.value !== undefined && <p class="nothing">{error.value}</p>}
    </section>
  )
}

/** The focus goes back to the row that it came from. */
function close(id: number): void {
  go(linkTo('calls'))
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`.calls-table a[href="${linkToCall(id)}"]`)?.focus({ preventScroll: true }),
  )
}

function Content({ call }: { call: Call }) {
  const { result, paymentRequestId, paymentId } = call
  const marks = marksOf(call)
  const payment = paymentOf(call)
  return (
    <div class="detail-body">
      <div class={lossOf(call) === undefined ? 'verdict-line' : 'verdict-line lost'}>
        <Badge status={result.resultStatus} />
        <strong class="code">{result.resultCode}</strong>
        {marks.map((mark) => (
          <MarkChip key={mark.kind} mark={mark} />
        ))}
      </div>
      <p class="sentence">{sentenceOf(call)}</p>
      <dl class="facts">
        <Fact name="Arrived">
          <time dateTime={call.at}>{timeOf(call.at)}</time>, answered after {duration(call.durationMs)}
        </Fact>
        <Fact name="Rule">{call.rule}</Fact>
        <Fact name="Attempt">{call.attempt}</Fact>
        <Fact name="Reason">{call.reason}</Fact>
        <Fact name="Client-Id">{call.clientId}</Fact>
        <Fact name="Profile">{call.profile}</Fact>
        <Fact name="paymentRequestId">{paymentRequestId}</Fact>
        <Fact name="paymentId">{paymentId}</Fact>
        <Fact name="acquirerId">{call.acquirerId}</Fact>
        <Fact name="pspId">{call.pspId}</Fact>
      </dl>
      <div class="buttons">
        <button type="button" onClick={() => startRule(ruleFor(call))}>
          Make a rule for it
        </button>
      </div>
      {payment !== undefined && <Payment call={call} payment={payment} />}
      <Part title="Request">
        <pre class="wire">
          {`${call.method} ${call.path}\n`}
          {Object.entries(call.headers)
            .map(([name, value]) => `${name}: ${value}\n`)
            .join('')}
          {`\n${readable(call.body)}`}
        </pre>
      </Part>
      <Part title="Reply">
        <pre class="wire">{replyText(call)}</pre>
      </Part>
      <Part title="As curl">
        <CopyBlock text={toCurl(call)} what="curl command" />
      </Part>
    </div>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === null || children === undefined || children === '') return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  )
}

/** JSON is laid out to be read; anything else is shown as it came. */
function readable(body: string | null): string {
  if (body === null) return '(no body was read)'
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

function replyText(call: Call): string {
  const { httpStatus, fault, result } = call
  const envelope = JSON.stringify({ result }, null, 2)
  if (call.callerLeft) return `Nobody was there any more. It would have been:\n\n${envelope}`
  if (fault === 'connection-reset' || fault === 'empty-reply' || fault === 'no-reply')
    return `Nothing was sent (${fault}). It would have been:\n\n${envelope}`
  const harm = fault === null ? '' : ` (${fault})`
  return `HTTP ${httpStatus}${harm}\n\n${envelope}`
}

/** Rules try the pattern for paymentRequestId on either id. */
function ruleFor(call: Call): RuleDefinition {
  const id = paymentOf(call)?.id ?? ''
  const { result } = call
  const message = messageOf(result)
  const resultCode = spelt(result.resultCode)
  const reply = message === undefined ? resultCode : { resultCode, resultMessage: message }
  return { name: id.slice(0, 100), match: { paymentRequestId: exactly(id) }, reply }
}

/** What the server knows about the payment of the call by now. */
function Payment({ call, payment }: { call: Call; payment: PaymentId }) {
  const { field, id } = payment
  const ledger = useSignal<LedgerEntry | undefined>(undefined)
  const attempts = useSignal<readonly Call[]>([])
  const explanation = useSignal<Explanation | undefined>(undefined)
  const load = async () => {
    const { acquirerId, pspId, clientId, profile, paymentId } = call
    const values = { acquirerId, pspId, paymentRequestId: call.paymentRequestId, paymentId, clientId, profile }
    const known = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    await Promise.all([
      api.ledger(id).then(
        (entry) => (ledger.value = entry),
        () => (ledger.value = undefined),
      ),
      api.payment(payment).then(
        ({ requests }) => (attempts.value = requests),
        () => {},
      ),
      api.explain(Object.fromEntries(known)).then(
        (found) => (explanation.value = found),
        () => {},
      ),
    ])
  }
  useEffect(() => void load(), [call, calls.value[0]?.[field] === id ? calls.value[0].id : 0])
  return (
    <>
      <Part title="This payment">
        {ledger.value !== undefined && (
          <p>
            {ledger.value.attempts === 1 ? '1 attempt' : `${ledger.value.attempts} attempts`} counted;{' '}
            {ledger.value.final === null ? 'no final result yet.' : `${ledger.value.final.resultCode} is final.`}{' '}
            <button
              type="button"
              class="small"
              onClick={async () => {
                await attempt('Forgotten: its next call is the first', () => api.forget(id))
                await load()
              }}
            >
              Forget it
            </button>
          </p>
        )}
        <ol class="attempts">
          {attempts.value.map((each) => (
            <li key={each.id}>
              <a href={linkToCall(each.id)} aria-current={each.id === call.id ? 'true' : undefined}>
                <Badge status={each.result.resultStatus} />
                <time dateTime={each.at}>{timeOf(each.at)}</time> {each.result.resultCode}{' '}
                {marksOf(each).map((mark) => (
                  <MarkChip key={mark.kind} mark={mark} />
                ))}
              </a>
            </li>
          ))}
        </ol>
      </Part>
      {explanation.value !== undefined && <NextCall explanation={explanation.value} />}
    </>
  )
}

/** How many rules that did not match are listed. */
const missesShown = 5

function NextCall({ explanation: { rule, attempt, result, reason, misses } }: { explanation: Explanation }) {
  return (
    <Part title="If it came again">
      <p>
        Attempt {attempt} would get <strong>{result === null ? 'no result' : result.resultCode}</strong> from{' '}
        {rule === null ? 'no rule' : `“${rule}”`}: {reason}.
      </p>
      {misses.length > 0 && (
        <details>
          <summary>
            {misses.length === 1 ? '1 rule before it does not match' : `${misses.length} rules before it do not match`}
          </summary>
          <ul class="misses">
            {misses.slice(0, missesShown).map((miss) => (
              <li key={miss.rule}>
                <strong>{miss.rule}</strong>: {missText(miss)}
              </li>
            ))}
            {misses.length > missesShown && <li>and {misses.length - missesShown} more</li>}
          </ul>
        </details>
      )}
    </Part>
  )
}

function missText({ fields, chance }: Miss): string {
  const reasons = fields.map(
    ({ field, pattern, value }) => `${field} is ${value ?? 'absent'}, not ${patternSummary(pattern)}`,
  )
  if (chance !== null) reasons.push(`its chance of ${chance.chance} was not met (${chance.drawn.toFixed(4)} was drawn)`)
  return reasons.join('; ')
}
