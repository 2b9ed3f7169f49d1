import { useSignal } from '@preact/signals'
import { useToken } from '../live/api.js'
import { Dialog } from './dialog.js'

/** The server was started with --admin-token. */
export function TokenDialog({ reason }: { reason: string }) {
  const text = useSignal('')
  return (
    <Dialog title="Token needed">
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault()
          useToken(text.value.trim())
        }}
      >
        <p>
          The server says: {reason}. It was started with <code>--admin-token</code>. The page keeps the token for this
          tab alone.
        </p>
        <label>
          Token
          <input
            type="password"
            autocomplete="off"
            required
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value
            }}
          />
        </label>
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    </Dialog>
  )
}
