import { checkScenarios, type Scenarios, warningsIn } from './check.js'
import type { Finding } from './finding.js'
import { readSources, type Sources } from './sources.js'

/** Reads and checks scenario files. Each path is a file, or a folder of scenario files. */
export async function loadScenarios(paths: readonly string[], isAmsServed = true): Promise<Scenarios> {
  const { files, errors, empty } = await readSources(paths)
  return checkSources({ files, errors: [...errors, ...empty] }, isAmsServed)
}

export function checkSources({ files, errors }: Sources, isAmsServed = true): Scenarios {
  const scenarios = checkScenarios(files, isAmsServed)
  return { ...scenarios, errors: [...errors, ...scenarios.errors] }
}

/** Scenario files that were checked, with all warnings. */
export interface LintedScenarios extends Omit<Scenarios, 'lint'> {
  warnings: readonly Finding[]
}

/** Checks and lints in one go. */
export function lintSources(sources: Sources, isAmsServed?: boolean): LintedScenarios {
  const { lint, ...scenarios } = checkSources(sources, isAmsServed)
  return { ...scenarios, warnings: warningsIn({ lint }) }
}
