import { base } from '../live/address.js'
import { connection } from '../live/connection.js'
import { CopyBlock } from './copy.js'

/** The first look: what to do next. */
export function Empty() {
  if (connection.value === 'connecting' || connection.value === 'locked') return <p class="nothing">Connecting…</p>
  return (
    <div class="empty">
      <h2>No call yet</h2>
      <p>Send one, and it shows here with its result, its rule and the reason:</p>
      <CopyBlock text={command()} what="the command" />
      <p>
        With the shipped scenarios <code>RETRY-…</code> is answered UNKNOWN_EXCEPTION three times, then SUCCESS.{' '}
        <a href="#/rules">Rules</a> shows what else there is.
      </p>
    </div>
  )
}

function command(): string {
  const body = '{"acquirerId":"1022188000000000001","pspId":"1022172000000000001","paymentRequestId":"RETRY-1"}'
  return `curl ${location.origin}${base}/v1/payments/cancelPayment \\\n  --json '${body}'`
}
