import { durationPattern, parseDuration } from './duration.js'
import type { RuleDefinition, StepDefinition } from './schema.js'

/** A rule whose times are `factor` times as long: the delays of its steps and what it expects. */
export function scaleRule(rule: RuleDefinition, factor: number): RuleDefinition {
  const { reply, expect } = rule
  const scaled = {
    ...rule,
    reply: isStepList(reply) ? reply.map((step) => scaleStep(step, factor)) : scaleStep(reply, factor),
  }
  if (expect === undefined) return scaled
  const { spacing, within, ...others } = expect
  return {
    ...scaled,
    expect: {
      ...others,
      ...(spacing === undefined ? {} : { spacing: scaleText(spacing, factor) }),
      ...(within === undefined ? {} : { within: scaleText(within, factor) }),
    },
  }
}

function isStepList(reply: RuleDefinition['reply']): reply is StepDefinition[] {
  return Array.isArray(reply)
}

function scaleStep(step: StepDefinition, factor: number): StepDefinition {
  if (typeof step === 'string' || step.delay === undefined) return step
  const { delay } = step
  if (typeof delay === 'string') return { ...step, delay: scaleText(delay, factor) }
  return { ...step, delay: { ...delay, median: scaleText(delay.median, factor) } }
}

/** Each time in a text, such as `1s..30s`, as whole milliseconds. */
function scaleText(text: string, factor: number): string {
  return text.replaceAll(new RegExp(durationPattern, 'g'), (time) => {
    // The pattern finds nothing else.
    const milliseconds = parseDuration(time) as number
    return `${Math.max(1, Math.round(milliseconds * factor))}ms`
  })
}
