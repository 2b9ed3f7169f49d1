import { join } from 'node:path'

// As text, since a bundle in CommonJS has no dirname; that can only embed the library, for which nobody asks for these.
const here = `${import.meta.dirname}`

/** The scenarios that come with the simulator. */
export const shippedScenarios = join(here, '../../scenarios')

/** What a caller has to cope with, each case with what a correct one does. */
export const acceptanceScenarios = join(here, '../../scenarios/acceptance')

/** Names that stand for scenario files that come with the simulator. A folder of that name is `./builtin`. */
const shippedByName: ReadonlyMap<string, string> = new Map([
  ['builtin', shippedScenarios],
  ['acceptance', acceptanceScenarios],
])

/** The path of a scenario file or folder, or of those that a name stands for. */
export function scenarioPath(nameOrPath: string): string {
  return shippedByName.get(nameOrPath) ?? nameOrPath
}

/** The live page, as it was built. */
export const shippedPage = join(here, '../../dist/ui')
