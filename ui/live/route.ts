import { computed, signal } from '@preact/signals'

export const tabs = ['calls', 'rules', 'report'] as const
export type Tab = (typeof tabs)[number]

const hash = signal(location.hash)
addEventListener('hashchange', () => {
  hash.value = location.hash
})

/** The hash is `#/calls`, `#/calls/42`, `#/rules` or `#/report`. */
const parts = computed(() => hash.value.replace(/^#\/?/, '').split('/'))

export const tab = computed<Tab>(() => tabs.find((each) => each === parts.value[0]) ?? 'calls')

/** The call that is open. */
export const openCall = computed<number | undefined>(() => {
  const [first, id = ''] = parts.value
  return first === 'calls' && /^\d+$/.test(id) ? Number(id) : undefined
})

export const linkTo = (tab: Tab) => `#/${tab}`
export const linkToCall = (id: number) => `#/calls/${id}`

export function go(to: string): void {
  location.hash = to
}
