import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Simulator } from '../../simulator/simulator.js'
import type { Case } from './cases.js'
import { type Ending, runCommand } from './run-command.js'

/** What came of a case. */
export interface CaseResult {
  number: string
  title: string
  paymentRequestId: string
  seconds: number
  /** What is not as it should be, each with what to mend; empty if the caller has passed. */
  misses: readonly string[]
  /** What the command printed last. */
  output: string
}

export interface Trial {
  simulator: Simulator
  /** The command of a payment. */
  commandFor: (paymentRequestId: string) => string
  /** Makes ids new. */
  stamp: string
  /** The pauses between runs and after the last one, and the limit of a run, in milliseconds. */
  pause: number
  settle: number
  timeout: number
  signal: AbortSignal
}

/** Runs the caller through a case, and judges it. */
export async function runCase({ number, title, rule, runs }: Case, trial: Trial): Promise<CaseResult> {
  const paymentRequestId = `ACCEPT-${number}-${trial.stamp}`
  const started = performance.now()
  const endings: Ending[] = []
  for (let run = 1; run <= runs && !trial.signal.aborted; run++) {
    if (run > 1) await setTimeout(trial.pause)
    endings.push(await runCommand(trial.commandFor(paymentRequestId), trial))
  }
  await settle(trial.settle)
  const seconds = (performance.now() - started) / 1000
  const misses = await missesOf(paymentRequestId, rule.id, endings, trial)
  const output = endings.map((ending) => ending.output).join('\n')
  return { number, title, paymentRequestId, seconds, misses, output }
}

/** The connections of a command that has ended are closed, but that is yet to be read. */
async function settle(milliseconds: number): Promise<void> {
  await setTimeout(milliseconds)
  for (let turn = 0; turn < 3; turn++) await setImmediate()
}

async function missesOf(
  paymentRequestId: string,
  ruleId: string,
  endings: readonly Ending[],
  { simulator, pause }: Trial,
): Promise<string[]> {
  const { expectations, verdicts } = await simulator.report({ tooFast: pause / 10 })
  const outcome = expectations.find((each) => each.rule === ruleId && each.paymentRequestId === paymentRequestId)
  if (outcome === undefined) return [await absence(paymentRequestId, endings, simulator)]
  const found = verdicts.filter(
    (each) => each.paymentRequestId === paymentRequestId && each.verdict !== 'expectation-missed',
  )
  const late = endings.flatMap(({ isLate, problem }) => (isLate && problem !== undefined ? [problem] : []))
  const missed = outcome.state === 'missed' ? [outcome.message] : []
  return [...missed, ...found.map(({ verdict, message }) => `${verdict}: ${message}`), ...late]
}

/** Why no call for the payment was accepted. */
async function absence(paymentRequestId: string, endings: readonly Ending[], simulator: Simulator): Promise<string> {
  const { entries } = await simulator.requests({ paymentRequestId })
  const refusal = entries.at(-1)
  if (refusal !== undefined) return `each call was refused: ${refusal.result.resultCode}, ${refusal.reason}`
  const problem = endings.map((ending) => ending.problem).find((each) => each !== undefined)
  return `no call came for ${paymentRequestId}: ${problem ?? 'does the command use {id} and {url}?'}`
}
