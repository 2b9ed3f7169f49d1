import { signal } from '@preact/signals'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const key = 'mpp-sim-theme'
const remembered = themes.find((each) => each === localStorage.getItem(key))

export const theme = signal<Theme>(remembered ?? 'system')

export function setTheme(next: Theme): void {
  theme.value = next
  localStorage.setItem(key, next)
  show(next)
}

function show(next: Theme): void {
  document.documentElement.dataset.theme = next
}

show(theme.value)
