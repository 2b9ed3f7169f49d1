import { signal } from '@preact/signals'
import { namespace } from '../live/address.js'
import { api } from '../live/api.js'
import { createPolled, usePolling } from '../live/poll.js'
import { linkToCall } from '../live/route.js'
import { expectSummary, matchSummary, replySummary } from '../model/summary.js'
import { ago } from '../model/time.js'
import type { Finding, RuleRow, Rules } from '../model/types.js'
import { toYaml } from '../model/yaml.js'
import { RuleId } from './calls.js'
import { save } from './copy.js'
import { draft, RuleForm, startRule } from './rule-form.js'
import { attempt } from './toast.js'

const search = signal('')
const limit = signal(100)
const listed = createPolled(() => api.rules(search.value, limit.value))

export function RulesView() {
  usePolling(listed, { every: 1500, idle: 5000 })
  const { data, error } = listed
  return (
    <>
      <section class="list" aria-label="Rules">
        <div class="toolbar">
          <input
            type="search"
            class="search"
            aria-label="Find rules by id or pattern"
            placeholder="Find: id or pattern"
            value={search.value}
            onInput={({ currentTarget }) => {
              search.value = currentTarget.value
              listed.refresh()
            }}
          />
          <div class="toolbar-end">
            <button type="button" class="primary" onClick={() => startRule()}>
              Add a rule
            </button>
            <button type="button" onClick={saveRuntimeRules}>
              Save as scenario file
            </button>
          </div>
        </div>
        {error.value !== undefined && <p class="nothing">{error.value}</p>}
        {data.value !== undefined && <RuleList rules={data.value} />}
      </section>
      {draft.value !== undefined && <RuleForm key={draft.value.key} onChange={listed.refresh} />}
    </>
  )
}

/** The runtime rules, which live in this server alone until somebody keeps them. */
async function saveRuntimeRules(): Promise<void> {
  await attempt('Saved', async () => {
    const { rules } = await api.runtimeRules()
    if (rules.length === 0) throw new Error('there is no runtime rule; the others stand in scenario files already')
    save(`${namespace ?? 'runtime'}.yaml`, toYaml(rules.map(({ rule }) => rule)), 'application/yaml')
  })
}

function RuleList({ rules: { rules, total, matching, mistakes, warnings } }: { rules: Rules }) {
  return (
    <div class="scroll">
      {mistakes.length > 0 && (
        <div class="findings mistakes" role="alert">
          <h2>The scenario files have mistakes; the last good rules stay in force</h2>
          <ul>
            {mistakes.map((finding) => (
              <li key={placeOf(finding) + finding.message}>
                <code>{placeOf(finding)}</code> {finding.message}
              </li>
            ))}
          </ul>
        </div>
      )}
      <table class="rules-table">
        <caption class="visually-hidden">
          Rules in the order in which they are tried: the first one that matches answers
        </caption>
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Takes</th>
            <th scope="col">Answers</th>
            <th scope="col" class="number">
              Hits
            </th>
            <th scope="col">Last call</th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((row) => (
            <Row key={row.id} row={row} warnings={warnings.filter(({ rule }) => rule === row.id)} />
          ))}
        </tbody>
      </table>
      {matching === 0 && (
        <p class="nothing">
          {total === 0
            ? 'There are no rules: every call is answered SUCCESS.'
            : 'No rule has that in its id or patterns.'}
        </p>
      )}
      {matching > rules.length && (
        <button
          type="button"
          class="more"
          onClick={() => {
            limit.value += 200
            listed.refresh()
          }}
        >
          Show more ({(matching - rules.length).toLocaleString('en')})
        </button>
      )}
      {warnings.some(({ rule }) => rule === null) && (
        <div class="findings">
          <h2>Warnings</h2>
          <ul>
            {warnings
              .filter(({ rule }) => rule === null)
              .map((finding) => (
                <li key={placeOf(finding) + finding.message}>
                  <code>{placeOf(finding)}</code> {finding.message}
                </li>
              ))}
          </ul>
        </div>
      )}
    </div>
  )
}

function placeOf({ file, line, column }: Finding): string {
  return `${file}:${line}:${column}`
}

function Row({ row: { id, hits, runtime, lastCall, rule }, warnings }: { row: RuleRow; warnings: readonly Finding[] }) {
  return (
    <tr class={hits === 0 ? 'rule-row unused' : 'rule-row'}>
      <td class="rule-id">
        <RuleId id={id} />
        {warnings.map((finding) => (
          <p key={finding.message} class="warning">
            <span aria-hidden="true">⚠</span> {finding.message} <code>{placeOf(finding)}</code>
          </p>
        ))}
      </td>
      <td class="takes">{matchSummary(rule)}</td>
      <td class="answers">
        <ol>
          {replySummary(rule).map((step, index) => (
            <li key={index}>{step}</li>
          ))}
        </ol>
        {rule.expect !== undefined && <p class="faint">expects {expectSummary(rule.expect)}</p>}
      </td>
      <td class="number">
        {hits.toLocaleString('en')}
        <span class="unit">{hits === 1 ? ' hit' : ' hits'}</span>
      </td>
      <td class="last-call">
        {lastCall !== null && <a href={linkToCall(lastCall.id)}>{ago(lastCall.at, Date.now())}</a>}
      </td>
      <td class="row-actions">
        <button type="button" class="small" aria-label={`Copy ${id} into a new rule`} onClick={() => startRule(rule)}>
          Copy
        </button>
        {runtime && (
          <button
            type="button"
            class="small danger"
            aria-label={`Remove ${id}`}
            onClick={async () => {
              await attempt(`${id} is gone`, () => api.removeRule(id))
              await listed.refresh()
            }}
          >
            Remove
          </button>
        )}
      </td>
    </tr>
  )
}
