import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { api } from '../live/api.js'
import type { RuleRow } from '../model/types.js'
import { Dialog } from './dialog.js'
import { Field } from './rule-form.js'
import { paymentUrl } from './toolbar.js'

interface Outcome {
  isLost: boolean
  text: string
}

/** Sends cancelPayment as Alipay+ would, but unsigned. */
export function TestCallDialog({ onClose }: { onClose: () => void }) {
  const fields = useSignal({
    paymentRequestId: `RETRY-${Date.now().toString(36)}`,
    acquirerId: '1022188000000000001',
    pspId: '1022172000000000001',
    clientId: '',
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
    return () => abort.current.abort()
  }, [])
  const set = (field: keyof typeof fields.value) => (value: string) => {
    fields.value = { ...fields.value, [field]: value }
  }

  async function send(event: Event): Promise<void> {
    event.preventDefault()
    sending.value = true
    outcome.value = undefined
    outcome.value = await callOnce(fields.value, abort.current.signal)
    sending.value = false
  }

  const { paymentRequestId, acquirerId, pspId, clientId } = fields.value
  return (
    <Dialog title="Send a test call" onClose={onClose}>
      <form class="fields" onSubmit={send}>
        <Field label="paymentRequestId" list="prefixes" value={paymentRequestId} onInput={set('paymentRequestId')} />
        <datalist id="prefixes">
          {prefixes.value.map((prefix) => (
            <option key={prefix} value={`${prefix}${Date.now().toString(36)}`} />
          ))}
        </datalist>
        <Field label="acquirerId" value={acquirerId} onInput={set('acquirerId')} />
        <Field label="pspId" value={pspId} onInput={set('pspId')} />
        <Field label="Client-Id" value={clientId} placeholder="no header" onInput={set('clientId')} />
        <div class="buttons">
          <button type="submit" class="primary" disabled={sending.value}>
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

async function callOnce(
  { clientId, ...body }: Record<'paymentRequestId' | 'acquirerId' | 'pspId' | 'clientId', string>,
  signal: AbortSignal,
): Promise<Outcome> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (clientId !== '') headers['client-id'] = clientId
  try {
    const reply = await fetch(paymentUrl, { method: 'POST', headers, body: JSON.stringify(body), signal })
    const text = await reply.text()
    const shown = [...reply.headers].filter(([name]) => /^(x-sim|signature|client-id|response-time)/.test(name))
    const head = [`HTTP ${reply.status}`, ...shown.map(([name, value]) => `${name}: ${value}`)].join('\n')
    return { isLost: !reply.ok, text: `${head}\n\n${text}` }
  } catch (error) {
    return { isLost: true, text: `No answer: ${(error as Error).message}. The list of calls says why.` }
  }
}
