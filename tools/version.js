// Prints the version of the package as TypeScript, so that a bundle has it without package.json.
//
//   node tools/version.js > src/server/version.generated.ts
import { readFileSync } from 'node:fs'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

process.stdout.write(`// Made from package.json; npm run generate writes it anew.
/** The version of the package. */
export const version = '${version}'
`)
