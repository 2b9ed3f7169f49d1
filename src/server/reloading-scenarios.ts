import type { FastifyBaseLogger } from 'fastify'
import { type Finding, formatFinding, type ScenarioFindings } from '../scenarios/finding.js'
import { checkSources, type LintedScenarios } from '../scenarios/load.js'
import type { Rule } from '../scenarios/rule.js'
import { type FoundSources, type KnownFiles, readSources } from '../scenarios/sources.js'
import { watchSources } from '../scenarios/watch.js'
import { checkAside } from './check-aside.js'
import { FileError } from './file-error.js'
import { shippedScenarios } from './shipped.js'
import { inSlices } from './slices.js'

/** Scenario files that cannot be used, with every mistake in them. */
export class ScenarioError extends FileError {
  readonly findings: readonly Finding[]

  constructor(findings: readonly Finding[]) {
    super(findings.map(formatFinding).join('\n'))
    this.name = 'ScenarioError'
    this.findings = findings
  }
}

/** Rules from scenario files that may change while they are in force. */
export interface LiveScenarios {
  rules: readonly Rule[]
  /** What is wrong with the files as they are now; the rules are the last good ones. */
  problems(): readonly string[]
  /** The same with its places, and the warnings of the rules in force. */
  findings(): ScenarioFindings
  /** How many changes were not taken up because they had mistakes. */
  failedReloads(): number
  /** Finds the warnings of the first rules, while calls go on: a start does not wait for them. */
  lint(): Promise<void>
  /** Looks for changes, and hands on the rules of each valid change. */
  watch(onRules: (rules: readonly Rule[]) => void): void
  close(): void
}

const watchInterval = 500

/**
 * @param isAmsServed whether rules may have the codes of AMS
 * @throws ScenarioError when the files have mistakes to begin with
 */
export async function openScenarios(
  paths: readonly string[],
  log: FastifyBaseLogger,
  isAmsServed = () => true,
): Promise<LiveScenarios> {
  const known: KnownFiles = new Map()
  const read = () => readOrShipped(paths, known)
  const sources = await read()
  const scenarios = checkSources(sources, isAmsServed())
  if (scenarios.errors.length > 0) throw new ScenarioError(scenarios.errors)
  logLoaded(sources, scenarios)
  const { rules } = scenarios
  /** Until all is found, or a change makes it useless. */
  let unlinted: Iterable<readonly Finding[]> | undefined = scenarios.lint()
  let findings: ScenarioFindings = { mistakes: [], warnings: [] }
  /** Why the last change could not even be looked at. */
  let failure: string | undefined
  let failedReloads = 0
  const closing = new AbortController()

  return {
    rules,
    problems: () => [failure ?? [], findings.mistakes.map(formatFinding)].flat(),
    findings: () => findings,
    failedReloads: () => failedReloads,
    async lint() {
      if (unlinted === undefined) return
      const warnings: Finding[] = []
      await inSlices(collect(unlinted, warnings))
      if (unlinted === undefined) return
      unlinted = undefined
      findings = { ...findings, warnings }
      logWarnings(warnings)
    },
    watch(onRules) {
      const onChange = async (changed: ScenarioSources) => {
        const next = await checkAside(changed, isAmsServed(), closing.signal)
        const mistakes = changed.isFallback ? changed.empty : next.errors
        failure = undefined
        if (mistakes.length > 0) {
          failedReloads++
          findings = { ...findings, mistakes }
          return log.error(
            { problems: mistakes.map(formatFinding) },
            'scenario files are wrong; the last good rules stay',
          )
        }
        unlinted = undefined
        findings = { mistakes: [], warnings: next.warnings }
        onRules(next.rules)
        logWarnings(next.warnings)
        logLoaded(changed, next)
      }
      const onError = (error: unknown) => {
        if (closing.signal.aborted) return
        failedReloads++
        failure = `the change of the scenario files was not taken up: ${String(error)}`
        log.error({ err: error }, 'scenario files cannot be taken up; the last good rules stay')
      }
      const { close } = watchSources({ read, interval: watchInterval, first: sources, onChange, onError })
      closing.signal.addEventListener('abort', close)
    },
    close() {
      unlinted = undefined
      closing.abort()
    },
  }

  function* collect(found: Iterable<readonly Finding[]>, warnings: Finding[]): Generator<void> {
    for (const some of found) {
      if (unlinted === undefined) return
      for (const warning of some) warnings.push(warning)
      yield
    }
  }

  function logWarnings(warnings: readonly Finding[]): void {
    for (const warning of warnings) log.warn(formatFinding(warning))
  }

  function logLoaded(
    { isFallback, empty }: ScenarioSources,
    { files, rules }: Pick<LintedScenarios, 'files' | 'rules'>,
  ): void {
    const others = empty.filter(({ hasOthers }) => hasOthers)
    for (const folder of others) log.warn(formatFinding(folder))
    // An empty folder is how the image starts when nothing is mounted.
    if (isFallback)
      log[others.length > 0 ? 'warn' : 'info']({ paths }, 'no scenario files found there; the shipped ones are used')
    log.info({ files: files.map(({ path }) => path), rules: rules.length }, 'scenarios loaded')
  }
}

interface ScenarioSources extends FoundSources {
  /** Whether the shipped scenarios stand in for files that are not there. */
  isFallback: boolean
}

/** Folders without any scenario file, such as an empty mount, mean the shipped scenarios, to begin with. */
async function readOrShipped(paths: readonly string[], known: KnownFiles): Promise<ScenarioSources> {
  const sources = await readSources(paths, known)
  if (sources.files.length + sources.errors.length > 0) return { ...sources, isFallback: false }
  return { ...(await readSources([shippedScenarios], known)), empty: sources.empty, isFallback: true }
}
