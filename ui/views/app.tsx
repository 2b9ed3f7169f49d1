import { locked } from '../live/api.js'
import { openCall, tab } from '../live/route.js'
import { CallsView } from './calls.js'
import { Header } from './header.js'
import { ReportView } from './report.js'
import { RulesView } from './rules.js'
import { Toasts } from './toast.js'
import { TokenDialog } from './token.js'

export function App() {
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header />
      <main id="main" tabIndex={-1} class={openCall.value === undefined ? tab.value : `${tab.value} has-detail`}>
        {views[tab.value]}
      </main>
      <Toasts />
      {locked.value !== undefined && <TokenDialog reason={locked.value} />}
    </>
  )
}

const views = { calls: <CallsView />, rules: <RulesView />, report: <ReportView /> }
