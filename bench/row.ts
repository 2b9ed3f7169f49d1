import { median, medianDifference, medianRatio, type Numbers, spread } from './rounds.js'

/** One line of the table, everything in words. */
export interface Row {
  what: string
  ours: string
  control: string
  ratio: string
  goal: string
  /** Nothing where it could not be judged. */
  isMet: boolean | undefined
  noise: string
}

export interface Goal {
  atLeast?: number
  atMost?: number
}

interface Comparison {
  what: string
  unit: string
  ours: Numbers
  control: Numbers
  /** What the control is. */
  against: string
}

/** A row whose goal is a ratio. */
export function ratioRow(comparison: Comparison, goal: Goal): Row {
  const ratio = medianRatio(comparison.ours, comparison.control)
  return { ...absolutes(comparison), ratio: ratio.toFixed(2), goal: goalText(goal, ''), isMet: meets(ratio, goal) }
}

/** A row whose goal is a difference. */
export function differenceRow(comparison: Comparison, goal: Goal): Row {
  const { unit, ours, control } = comparison
  const difference = medianDifference(ours, control)
  const ratio = `${difference < 0 ? '' : '+'}${format(difference)} ${unit}`
  return { ...absolutes(comparison), ratio, goal: goalText(goal, ` ${unit} more`), isMet: meets(difference, goal) }
}

/** A row whose goal is a number. */
export function absoluteRow({ what, unit, ours }: Omit<Comparison, 'control' | 'against'>, goal: Goal): Row {
  const value = median(ours)
  const noise = ours.length > 1 ? percent(spread(ours)) : ''
  return {
    what,
    ours: `${format(value)} ${unit}`,
    control: '',
    ratio: '',
    goal: goalText(goal, ` ${unit}`),
    isMet: meets(value, goal),
    noise,
  }
}

/** A row for what could not be measured. */
export function failedRow(what: string, reason: string): Row {
  return { what, ours: reason, control: '', ratio: '', goal: '', isMet: undefined, noise: '' }
}

function absolutes({ what, unit, ours, control, against }: Comparison) {
  return {
    what,
    ours: `${format(median(ours))} ${unit}`,
    control: `${format(median(control))} (${against})`,
    noise: percent(spread(control)),
  }
}

export function format(value: number): string {
  return Math.abs(value) < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value))
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function goalText({ atLeast, atMost }: Goal, unit: string): string {
  if (atLeast === undefined && atMost === undefined) return ''
  return atLeast === undefined ? `at most ${atMost}${unit}` : `at least ${atLeast}${unit}`
}

function meets(value: number, { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Goal) {
  return Number.isNaN(value) ? undefined : value >= atLeast && value <= atMost
}
