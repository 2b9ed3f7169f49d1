import { checkScenarios, type Scenarios } from './check.js'
import { readSources, type Sources } from './sources.js'

/** Reads and checks scenario files: each path is a file, or a folder whose scenario files are meant. */
export async function loadScenarios(paths: readonly string[], isAmsServed = true): Promise<Scenarios> {
  return checkSources(await readSources(paths), isAmsServed)
}

export function checkSources({ files, errors }: Sources, isAmsServed = true): Scenarios {
  const scenarios = checkScenarios(files, isAmsServed)
  return { ...scenarios, errors: [...errors, ...scenarios.errors] }
}
