import { namespace } from '../live/address.js'
import { api } from '../live/api.js'
import { fill, release } from '../live/calls.js'
import { Dialog } from './dialog.js'
import { attempt } from './toast.js'

export function ResetDialog({ onClose }: { onClose: () => void }) {
  async function act(done: string, action: () => Promise<void>): Promise<void> {
    const isDone = await attempt(done, action)
    if (!isDone) return
    release()
    fill([])
    onClose()
  }
  return (
    <Dialog
      title={`Reset ${namespace === undefined ? 'the main namespace' : `namespace ${namespace}`}`}
      onClose={onClose}
    >
      <p>
        A reset forgets runtime rules, hit counts, the results that were given, and the journal. Scenario files and
        other namespaces stay as they are.
      </p>
      <div class="buttons">
        <button type="button" class="danger" onClick={() => act('All was forgotten', api.reset)}>
          Forget all
        </button>
        <button type="button" onClick={() => act('The journal is empty', api.clearJournal)}>
          Empty the journal only
        </button>
      </div>
    </Dialog>
  )
}
