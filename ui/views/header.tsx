import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { namespace, pageOf, serverRoot } from '../live/address.js'
import { api } from '../live/api.js'
import { leftOut, rates } from '../live/calls.js'
import { connection } from '../live/connection.js'
import { linkTo, tab, tabs } from '../live/route.js'
import { setTheme, theme, themes } from '../live/theme.js'
import { judged, useVerdicts } from './report.js'
import { ResetDialog } from './reset.js'
import { TestCallDialog } from './test-call.js'

export function Header() {
  const open = useSignal<'test call' | 'reset' | undefined>(undefined)
  useVerdicts()
  const close = () => {
    open.value = undefined
  }
  return (
    <header class="top">
      <h1>
        MPP simulator <span class="visually-hidden">for Alipay+, live page</span>
      </h1>
      <nav aria-label="Views">
        {tabs.map((each) => (
          <a key={each} href={linkTo(each)} aria-current={tab.value === each ? 'page' : undefined}>
            {titles[each]}
            {each === 'report' && <Faults />}
          </a>
        ))}
      </nav>
      <ConnectionState />
      <div class="actions">
        <NamespaceSwitch />
        <button type="button" class="primary" onClick={() => (open.value = 'test call')}>
          Test call
        </button>
        <button type="button" onClick={() => (open.value = 'reset')}>
          Reset
        </button>
        <ThemeSwitch />
        <a class="button" href={`${serverRoot}/docs`}>
          Docs
        </a>
      </div>
      {open.value === 'test call' && <TestCallDialog onClose={close} />}
      {open.value === 'reset' && <ResetDialog onClose={close} />}
    </header>
  )
}

const titles = { calls: 'Calls', rules: 'Rules', report: 'Report' } as const

/** How many things the report blames. */
function Faults() {
  const { length } = judged.data.value?.verdicts ?? []
  if (length === 0) return null
  return (
    <span class="count" title={length === 1 ? '1 thing to mend' : `${length} things to mend`}>
      {length}
      <span class="visually-hidden"> to mend</span>
    </span>
  )
}

const states = {
  connecting: 'Connecting',
  live: 'Live',
  locked: 'Token needed',
  away: 'Server away; trying again',
} as const

function ConnectionState() {
  const rate = rates.value.at(-1) ?? 0
  return (
    <div class="connection">
      <span class={`state state-${connection.value}`} role="status">
        {states[connection.value]}
      </span>
      <Sparkline />
      <span class="rate">{rate.toLocaleString('en')}/s</span>
      {leftOut.value > 0 && (
        <span class="left-out" title="Calls come faster than anybody can read: some are shown, the others are counted.">
          {leftOut.value.toLocaleString('en')} not shown
        </span>
      )}
    </div>
  )
}

/** Calls a second over the last minute. */
function Sparkline() {
  const most = Math.max(1, ...rates.value)
  const start = 60 - rates.value.length
  return (
    <svg class="sparkline" viewBox="0 0 60 16" preserveAspectRatio="none" aria-hidden="true">
      {rates.value.map((rate, index) => {
        const height = (rate / most) * 16
        return <rect key={index} x={start + index} y={16 - height} width={0.8} height={height} />
      })}
    </svg>
  )
}

function NamespaceSwitch() {
  const known = useSignal<readonly string[]>([])
  const load = async () => {
    const { namespaces } = await api.namespaces().catch(() => ({ namespaces: [] }))
    known.value = namespaces.map(({ name }) => name)
  }
  useEffect(() => void load(), [])
  const names = [...new Set([...known.value, ...(namespace === undefined ? [] : [namespace])])].sort()
  return (
    <label class="namespace">
      <span>Namespace</span>
      <select
        value={namespace ?? ''}
        onFocus={load}
        onChange={({ currentTarget }) => location.assign(pageOf(currentTarget.value || undefined) + location.hash)}
      >
        <option value="">main</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function ThemeSwitch() {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system'
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => setTheme(next)}
      aria-label={`Colours: ${theme.value}. Change to ${next}`}
      title={`Colours: ${theme.value}`}
    >
      {signs[theme.value]}
    </button>
  )
}

const signs = { system: '◐', light: '☀', dark: '☾' } as const
