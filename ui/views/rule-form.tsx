import { signal, useComputed, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ApiError, api } from '../live/api.js'
import { go, linkTo, linkToCall } from '../live/route.js'
import {
  type Draft,
  type DraftStep,
  draftOf,
  emptyDraft,
  emptyStep,
  faults,
  type MatchField,
  matchFields,
  ruleOf,
} from '../model/draft.js'
import type { Mistake, Preview, RuleDefinition } from '../model/types.js'
import { ruleToYaml } from '../model/yaml.js'
import { CopyBlock } from './copy.js'
import { judged } from './report.js'
import { attempt } from './toast.js'

/** The rule that is being written. A new key starts a new form. */
export const draft = signal<{ key: number; start: Draft } | undefined>(undefined)
let key = 0

/** Opens the form, empty or with a rule to go on from. */
export function startRule(rule?: RuleDefinition): void {
  draft.value = { key: ++key, start: rule === undefined ? emptyDraft : draftOf(rule) }
  go(linkTo('rules'))
}

/** How long to wait for the next key before the server is asked, in milliseconds. */
const patience = 250

export function RuleForm({ onChange }: { onChange: () => Promise<void> }) {
  const written = useSignal<Draft>(draft.value?.start ?? emptyDraft)
  const rule = useComputed(() => ruleOf(written.value))
  const preview = useSignal<Preview | undefined>(undefined)
  const mistakes = useSignal<readonly Mistake[]>([])
  const panel = useRef<HTMLElement>(null)
  useEffect(() => panel.current?.querySelector<HTMLElement>('input')?.focus(), [])
  useEffect(() => {
    if (judged.data.value === undefined) judged.refresh()
    const timer = setTimeout(async () => {
      const found = await api.preview(rule.value).catch(mistakesOf)
      mistakes.value = Array.isArray(found) ? found : []
      preview.value = Array.isArray(found) ? undefined : found
    }, patience)
    return () => clearTimeout(timer)
  }, [rule.value])

  const change = (changes: Partial<Draft>) => {
    written.value = { ...written.value, ...changes }
  }
  const close = () => {
    draft.value = undefined
  }

  async function add(event: Event): Promise<void> {
    event.preventDefault()
    const isAdded = await attempt(`runtime/${rule.value.name} is in force`, () => api.addRule(rule.value))
    if (!isAdded) {
      const found = await api.preview(rule.value).catch(mistakesOf)
      if (Array.isArray(found)) mistakes.value = found
      return
    }
    close()
    await onChange()
  }

  const { name, match, steps, chance } = written.value
  return (
    <section
      ref={panel}
      class="detail"
      aria-label="New rule"
      onKeyDown={({ key }) => {
        if (key === 'Escape') close()
      }}
    >
      <div class="detail-head">
        <h2>New rule</h2>
        <button type="button" class="quiet" aria-label="Close the form" onClick={close}>
          ✕
        </button>
      </div>
      <form class="detail-body fields" onSubmit={add}>
        <datalist id="codes">
          {Object.keys(judged.data.value?.coverage.byDelivery ?? {}).map((code) => (
            <option key={code} value={code} />
          ))}
        </datalist>
        <Field label="Name" value={name} required onInput={(value) => change({ name: value })} />
        <fieldset>
          <legend>Takes calls where all of these match</legend>
          <p class="hint">
            Text, <code>*</code> and <code>?</code>, <code>/regular expression/</code>, several with commas, or{' '}
            <code>not …</code>. Empty: whatever it is.
          </p>
          {matchFields.map((field) => (
            <Field
              key={field}
              label={field}
              value={match[field]}
              placeholder={placeholders[field]}
              onInput={(value) => change({ match: { ...match, [field]: value } })}
            />
          ))}
          <Field
            label="Share of ids"
            value={chance}
            placeholder="1, or less: 0.01 is one in a hundred"
            inputMode="decimal"
            onInput={(value) => change({ chance: value })}
          />
        </fieldset>
        {steps.map((step, index) => (
          <StepFields
            key={index}
            step={step}
            number={index + 1}
            isOnly={steps.length === 1}
            onChange={(next) => change({ steps: steps.map((each, at) => (at === index ? next : each)) })}
            onRemove={() => change({ steps: steps.filter((_, at) => at !== index) })}
          />
        ))}
        <div class="buttons">
          <button type="button" onClick={() => change({ steps: [...steps, emptyStep] })}>
            Add a step
          </button>
          <button type="submit" class="primary">
            Put in force
          </button>
        </div>
        <Outcome preview={preview.value} mistakes={name === '' ? [] : mistakes.value} />
        <CopyBlock text={ruleToYaml(rule.value)} what="rule" />
      </form>
    </section>
  )
}

function mistakesOf(error: unknown): Mistake[] {
  const { message } = error as Error
  return error instanceof ApiError && error.mistakes.length > 0 ? [...error.mistakes] : [{ detail: message }]
}

const placeholders: Partial<Record<MatchField, string>> = { paymentRequestId: 'RETRY-*', acquirerId: '1022188*' }

interface FieldProps {
  label: string
  value: string
  onInput: (value: string) => void
  placeholder?: string | undefined
  required?: boolean
  list?: string
  inputMode?: 'numeric' | 'decimal'
}

export function Field({ label, value, onInput, ...others }: FieldProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        {...others}
      />
    </label>
  )
}

interface StepProps {
  step: DraftStep
  number: number
  isOnly: boolean
  onChange: (step: DraftStep) => void
  onRemove: () => void
}

function StepFields({ step, number, isOnly, onChange, onRemove }: StepProps) {
  const set = (field: keyof DraftStep) => (value: string) => onChange({ ...step, [field]: value })
  const { resultCode, resultMessage, times, delay, fault, httpStatus, signature } = step
  const hasMore = [resultMessage, fault, httpStatus, signature].some((text) => text !== '')
  return (
    <fieldset class="step">
      <legend>{isOnly ? 'Answers' : `Step ${number}`}</legend>
      <Field
        label="Result code"
        list="codes"
        value={resultCode}
        placeholder="none: the request is lost"
        onInput={set('resultCode')}
      />
      <Field label="Delay" value={delay} placeholder="250ms, 100ms..2s" onInput={set('delay')} />
      <Field label="Times" value={times} placeholder="1" inputMode="numeric" onInput={set('times')} />
      <details open={hasMore}>
        <summary>Fault, signature, HTTP status, message</summary>
        <Choice label="Fault" value={fault} options={faults} onChange={set('fault')} />
        <Choice label="Signature" value={signature} options={['invalid', 'missing']} onChange={set('signature')} />
        <Field
          label="HTTP status"
          value={httpStatus}
          placeholder="200"
          inputMode="numeric"
          onInput={set('httpStatus')}
        />
        <Field label="Message" value={resultMessage} placeholder="that of the code" onInput={set('resultMessage')} />
      </details>
      {!isOnly && (
        <button type="button" class="small" onClick={onRemove}>
          Remove step {number}
        </button>
      )}
    </fieldset>
  )
}

interface ChoiceProps {
  label: string
  value: string
  options: readonly string[]
  onChange: (value: string) => void
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">none</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  )
}

/** How many of the calls that it would have taken are listed. */
const callsShown = 8

function Outcome({ preview, mistakes }: { preview: Preview | undefined; mistakes: readonly Mistake[] }) {
  if (mistakes.length > 0)
    return (
      <div class="findings mistakes" role="status">
        <ul>
          {mistakes.map(({ detail, pointer }) => (
            <li key={`${pointer} ${detail}`}>
              {pointer !== undefined && <code>{pointer.replace(/^#\/?/, '')}</code>} {detail}
            </li>
          ))}
        </ul>
      </div>
    )
  if (preview === undefined) return null
  const { taken, calls, requests } = preview
  return (
    <div class="preview" role="status">
      <p>
        It would have taken <strong>{taken.toLocaleString('en')}</strong> of the last {calls.toLocaleString('en')} calls
        {taken === 0 ? '.' : ':'}
      </p>
      <ul>
        {requests.slice(0, callsShown).map(({ id, paymentRequestId, rule }) => (
          <li key={id}>
            <a href={linkToCall(id)}>{paymentRequestId}</a> <span class="faint">instead of {rule ?? 'no rule'}</span>
          </li>
        ))}
        {taken > callsShown && <li class="faint">and {(taken - callsShown).toLocaleString('en')} more</li>}
      </ul>
    </div>
  )
}
