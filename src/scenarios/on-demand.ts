import { createRequire } from 'node:module'
import { lazy } from './lazy.js'

// These are loaded when they are first needed, and without waiting: most starts need neither, and each takes as long
// to load as many a start. `require` is for bundlers, which see what it names and put it into the bundle.

const fromHere = lazy(() => createRequire(import.meta.url))

/* c8 ignore next 2 - only in a bundle there is a require; test/package.ts runs some */
export const loadAjv = (): typeof import('ajv') => (typeof require === 'function' ? require('ajv') : fromHere()('ajv'))

/* c8 ignore next 3 - the same */
export const loadRe2 = (): typeof import('re2js') =>
  typeof require === 'function' ? require('re2js') : fromHere()('re2js')
