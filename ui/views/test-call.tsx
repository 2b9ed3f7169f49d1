import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { base } from '../live/address.js'
import { api } from '../live/api.js'
import { bodyOf, type Caller, type CallField, callersOf, type Profile } from '../model/caller.js'
import type { RuleRow } from '../model/types.js'
import { Dialog } from './dialog.js'
import { Field } from './rule-form.js'

interface Outcome {
  isLost: boolean
  text: string
}

/** Sends cancelPayment as who is served would, but unsigned. */
export function TestCallDialog({ onClose }: { onClose: () => void }) {
  const profile = useSignal<Profile | undefined>(undefined)
  const chosen = useSignal<Caller['id'] | undefined>(undefined)
  const clientId = useSignal('')
  const fields = useSignal({
    paymentRequestId: `RETRY-${Date.now().toString(36)}`,
    paymentId: '',
    acquirerId: '1022188000000000001',
    pspId: '1022172000000000001',
  })
  const prefixes = useSignal<readonly string[]>([])
  const outcome = useSignal<Outcome | undefined>(undefined)
  const sending = useSignal(false)
  const abort = useRef(new AbortController())
  useEffect(() => {
    api.rules('', 100).then(
      ({ rules }) => {
        prefixes.value = rules.flatMap((rule) => prefixOf(rule) ?? [])
      },
      () => {},
    )
    api.profile().then(
      (answer) => {
        profile.value = answer.profile
      },
      () => {
        profile.value = 'mpp'
      },
    )
    return () => abort.current.abort()
  }, [])
  const set = (field: CallField) => (value: string) => {
    fields.value = { ...fields.value, [field]: value }
  }

  const callers = callersOf(profile.value ?? 'mpp')
  const caller = callers.find(({ id }) => id === chosen.value) ?? callers[0]

  async function send(event: Event): Promise<void> {
    event.preventDefault()
    sending.value = true
    outcome.value = undefined
    const body = bodyOf(caller, fields.value)
    outcome.value = await callOnce({ caller, body, clientId: clientId.value }, abort.current.signal)
    sending.value = false
  }

  return (
    <Dialog title="Send a test call" onClose={onClose}>
      <form class="fields" onSubmit={send}>
        {callers.length > 1 && (
          <label>
            <span>From</span>
            <select
              value={caller.id}
              onChange={({ currentTarget }) => {
                chosen.value = callers.find(({ id }) => id === currentTarget.value)?.id
              }}
            >
              {callers.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
        {caller.fields.map((field) => (
          <Field
            key={field}
            label={field}
            value={fields.value[field]}
            onInput={set(field)}
            {...(field.startsWith('payment') && { list: 'prefixes' })}
          />
        ))}
        <datalist id="prefixes">
          {prefixes.value.map((prefix) => (
            <option key={prefix} value={`${prefix}${Date.now().toString(36)}`} />
          ))}
        </datalist>
        <Field
          label="Client-Id"
          value={clientId.value}
          placeholder="no header"
          onInput={(value) => {
            clientId.value = value
          }}
        />
        <div class="buttons">
          <button type="submit" class="primary" disabled={sending.value || profile.value === undefined}>
            {sending.value ? 'Waiting for the answer…' : 'Send'}
          </button>
        </div>
        <div role="status">
          {outcome.value !== undefined && (
            <pre class={outcome.value.isLost ? 'wire lost' : 'wire'}>{outcome.value.text}</pre>
          )}
        </div>
        <p class="hint">
          Send it again to see the next attempt. On a connection that is reset, a browser may send a call a second time
          by itself: then two attempts show.
        </p>
      </form>
    </Dialog>
  )
}

/** What ids start with that the rule takes, where its pattern is as simple as `RETRY-*`. */
function prefixOf({ rule }: RuleRow): string | undefined {
  const pattern = rule.match?.paymentRequestId
  return typeof pattern === 'string' ? /^([^*?/\\]+)\*$/.exec(pattern)?.[1] : undefined
}

interface TestCall {
  caller: Caller
  body: object
  clientId: string
}

async function callOnce({ caller, body, clientId }: TestCall, signal: AbortSignal): Promise<Outcome> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (clientId !== '') headers['client-id'] = clientId
  try {
    const reply = await fetch(base + caller.path, { method: 'POST', headers, body: JSON.stringify(body), signal })
    const text = await reply.text()
    const shown = [...reply.headers].filter(([name]) => /^(x-sim|signature|client-id|response-time)/.test(name))
    const head = [`HTTP ${reply.status}`, ...shown.map(([name, value]) => `${name}: ${value}`)].join('\n')
    return { isLost: !reply.ok, text: `${head}\n\n${text}` }
  } catch (error) {
    return { isLost: true, text: `No answer: ${(error as Error).message}. The list of calls says why.` }
  }
}
