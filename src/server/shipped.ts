import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The scenarios that come with the simulator. */
export const shippedScenarios = fileURLToPath(new URL('../../scenarios', import.meta.url))

/** The live page, as it was built. */
export const shippedPage = fileURLToPath(new URL('../../dist/ui', import.meta.url))

/** The version of the package. */
export const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)
