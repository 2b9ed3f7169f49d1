import { join } from 'node:path'

/**
 * The scenarios that come with the simulator. As text, since a bundle in CommonJS has no dirname; that can only embed
 * the library, for which nobody asks for them.
 */
export const shippedScenarios = join(`${import.meta.dirname}`, '../../scenarios')
