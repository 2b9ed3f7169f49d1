import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The scenarios that come with the simulator. */
export const shippedScenarios = fileURLToPath(new URL('../../scenarios', import.meta.url))

/** What a caller has to cope with, each case with what a correct one does. */
export const acceptanceScenarios = fileURLToPath(new URL('../../scenarios/acceptance', import.meta.url))

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
export const shippedPage = fileURLToPath(new URL('../../dist/ui', import.meta.url))

/** The version of the package. */
export const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)
