import { Fragment } from 'preact'
import { api } from '../live/api.js'
import { filter } from '../live/calls.js'
import { createPolled, usePolling } from '../live/poll.js'
import { go, linkTo, linkToCall } from '../live/route.js'
import { noFilter } from '../model/filter.js'
import type { MarkKind } from '../model/marks.js'
import type { Deliveries, Expectation, Report, Verdict } from '../model/types.js'
import { Badge } from './badge.js'

export const judged = createPolled(api.report)

export function ReportView() {
  usePolling(judged, { every: 1500, idle: 10_000 })
  const { data, error } = judged
  return (
    <section class="list report" aria-label="Report">
      <div class="scroll">
        {error.value !== undefined && <p class="nothing">{error.value}</p>}
        {data.value !== undefined && <Content report={data.value} />}
      </div>
    </section>
  )
}

/** Reads the report now and then, for the number in the header. */
export function useVerdicts(): void {
  usePolling(judged, { every: 4000, idle: 30_000 })
}

function Content({ report }: { report: Report }) {
  const { calls, evicted, unsure, expectations = [], coverage } = report
  const verdicts = otherVerdicts(report)
  const codes = Object.entries(coverage.byDelivery)
  const covered = codes.length - coverage.missing.length
  return (
    <>
      <p class="basis">
        Rests on the {calls.toLocaleString('en')} calls in the journal.
        {unsure && ` ${evicted.toLocaleString('en')} older ones fell out of it, so it may miss something.`}
      </p>
      <section class="part">
        <h2>Verdicts on the caller</h2>
        {verdicts.length === 0 ? (
          <p class="fine">{praiseFor(report)}</p>
        ) : (
          <ul class="verdicts">
            {verdicts.map((each) => (
              <VerdictItem key={`${each.verdict} ${each.paymentRequestId}`} verdict={each} />
            ))}
          </ul>
        )}
      </section>
      {expectations.length > 0 && (
        <section class="part">
          <h2>Expectations: {expectationCounts(expectations)}</h2>
          <ul class="verdicts">
            {expectations.map((each) => (
              <ExpectationItem key={`${each.rule} ${each.paymentRequestId} ${each.message}`} expectation={each} />
            ))}
          </ul>
        </section>
      )}
      <section class="part">
        <h2>
          Coverage: {covered} of {codes.length} codes shown to the caller
        </h2>
        <table class="coverage">
          <caption class="visually-hidden">How often each result code was given, by delivery</caption>
          <thead>
            <tr>
              <th scope="col">Result code</th>
              {deliveries.map(({ title }) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {codes.map(([code, counts]) => (
              <CoverageRow key={code} code={code} counts={counts} isMissing={coverage.missing.includes(code)} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

const deliveries: readonly { title: string; field: Exclude<keyof Deliveries, 'resultStatus'>; mark?: MarkKind }[] = [
  { title: 'Plain', field: 'plain' },
  { title: 'Delayed', field: 'delayed', mark: 'delayed' },
  { title: 'Lost', field: 'lost', mark: 'lost' },
  { title: 'Bad signature', field: 'badSignature', mark: 'unsigned' },
]

function CoverageRow({ code, counts, isMissing }: { code: string; counts: Deliveries; isMissing: boolean }) {
  const show = (mark: MarkKind | undefined) => {
    filter.value = { ...noFilter, text: code, marks: mark === undefined ? [] : [mark] }
    go(linkTo('calls'))
  }
  return (
    <tr class={isMissing ? 'missing' : undefined}>
      <th scope="row">
        <Badge status={counts.resultStatus} /> <span class="code">{code}</span>
        {isMissing && <span class="tag">not shown yet</span>}
      </th>
      {deliveries.map(({ title, field, mark }) => (
        <td key={title} class="number">
          {counts[field] === 0 ? (
            <span class="faint" aria-hidden="true">
              ·
            </span>
          ) : (
            <button
              type="button"
              class="link"
              aria-label={`${counts[field]} ${code}, ${title}: show the calls`}
              onClick={() => show(mark)}
            >
              {counts[field].toLocaleString('en')}
            </button>
          )}
          {counts[field] === 0 && <span class="visually-hidden">none</span>}
        </td>
      ))}
    </tr>
  )
}

function VerdictItem({ verdict: { verdict, paymentRequestId, message, entries, unsure } }: { verdict: Verdict }) {
  return (
    <li>
      <strong class="verdict-kind">{verdict.replaceAll('-', ' ')}</strong>
      <span>
        <span class="mono">{paymentRequestId}</span> {message}
        {unsure && <span class="faint"> (older calls may show otherwise)</span>}
      </span>
      <CallLinks entries={entries} />
    </li>
  )
}

/** The verdicts but for missed expectations, which have a list of their own. */
function otherVerdicts({ verdicts, expectations = [] }: Report): readonly Verdict[] {
  return expectations.length === 0 ? verdicts : verdicts.filter(({ verdict }) => verdict !== 'expectation-missed')
}

function praiseFor({ calls, verdicts }: Report): string {
  if (calls === 0) return 'Nothing to judge yet.'
  return verdicts.length > 0
    ? 'Nothing but the missed expectations below.'
    : '✓ The caller did nothing wrong in these calls.'
}

function expectationCounts(expectations: readonly Expectation[]): string {
  const counts = expectationStates.map((state) => {
    const count = expectations.filter((each) => each.state === state).length
    return count === 0 ? [] : `${count.toLocaleString('en')} ${state.replace('-', ' ')}`
  })
  return counts.flat().join(', ')
}

const expectationStates = ['met', 'missed', 'not-tried'] as const

const stateSigns = { met: '✓', missed: '✕', 'not-tried': '–' } as const

function ExpectationItem({
  expectation: { rule, state, paymentRequestId, entries = [], message, unsure },
}: {
  expectation: Expectation
}) {
  return (
    <li class={`expectation ${state}`}>
      <strong>
        <span aria-hidden="true">{stateSigns[state]}</span> {state.replace('-', ' ')}
      </strong>
      <span>
        <span class="mono">{rule}</span> {paymentRequestId && <span class="mono">{paymentRequestId}</span>} {message}
        {unsure && <span class="faint"> (older calls may show otherwise)</span>}
      </span>
      <CallLinks entries={entries} />
    </li>
  )
}

const linksShown = 6

function CallLinks({ entries }: { entries: readonly number[] }) {
  if (entries.length === 0) return null
  return (
    <span class="call-links">
      {entries.length === 1 ? 'call' : 'calls'}{' '}
      {entries.slice(0, linksShown).map((id) => (
        <Fragment key={id}>
          <a href={linkToCall(id)} aria-label={`Call ${id}`}>
            {id}
          </a>{' '}
        </Fragment>
      ))}
      {entries.length > linksShown && <span class="faint">and {entries.length - linksShown} more</span>}
    </span>
  )
}
