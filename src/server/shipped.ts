import { join } from 'node:path'

// As text, since a bundle in CommonJS has no dirname; that can only embed the library, for which nobody asks for these.
const here = `${import.meta.dirname}`

/** The scenarios that come with the simulator. */
export const shippedScenarios = join(here, '../../scenarios')

/** The live page, as it was built. */
export const shippedPage = join(here, '../../dist/ui')
