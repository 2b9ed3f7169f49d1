import type { FastifyBaseLogger } from 'fastify'
import type { Scenarios } from '../scenarios/check.js'
import { type Finding, formatFinding } from '../scenarios/finding.js'
import { checkSources } from '../scenarios/load.js'
import type { Rule } from '../scenarios/rule.js'
import { readSources, type Sources } from '../scenarios/sources.js'
import { watchSources } from '../scenarios/watch.js'
import { FileError } from './file-error.js'
import { shippedScenarios } from './shipped.js'

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
  /** How many changes were not taken up because they had mistakes. */
  failedReloads(): number
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
  const read = () => readOrShipped(paths)
  const sources = await read()
  const scenarios = checkSources(sources, isAmsServed())
  if (scenarios.errors.length > 0) throw new ScenarioError(scenarios.errors)
  logLoaded(sources, scenarios)
  let problems: readonly string[] = []
  let failedReloads = 0
  let close = () => {}

  return {
    rules: scenarios.rules,
    problems: () => problems,
    failedReloads: () => failedReloads,
    watch(onRules) {
      const onChange = (changed: FoundSources) => {
        const next = checkSources(changed, isAmsServed())
        problems = next.errors.map(formatFinding)
        if (problems.length > 0) {
          failedReloads++
          return log.error({ problems }, 'scenario files are wrong; the last good rules stay')
        }
        onRules(next.rules)
        logLoaded(changed, next)
      }
      close = watchSources({ read, interval: watchInterval, first: sources, onChange }).close
    },
    close: () => close(),
  }

  function logLoaded({ isFallback }: FoundSources, { files, rules, warnings }: Scenarios): void {
    for (const warning of warnings) log.warn(formatFinding(warning))
    if (isFallback) log.warn({ paths }, 'no scenario files found there; the shipped ones are used')
    log.info({ files: files.map(({ path }) => path), rules: rules.length }, 'scenarios loaded')
  }
}

interface FoundSources extends Sources {
  /** Whether the shipped scenarios stand in for files that are not there. */
  isFallback: boolean
}

/** Folders without any scenario file, such as an empty mount, mean the shipped scenarios. */
async function readOrShipped(paths: readonly string[]): Promise<FoundSources> {
  const sources = await readSources(paths)
  if (sources.files.length + sources.errors.length > 0) return { ...sources, isFallback: false }
  return { ...(await readSources([shippedScenarios])), isFallback: true }
}
