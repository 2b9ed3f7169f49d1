// Prints what CHANGELOG.md says of a version, for the text of its release.
//
//   node tools/release-notes.js 0.1.0 > notes.md
import { readFileSync } from 'node:fs'

const [version = ''] = process.argv.slice(2)
const [, ...sections] = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8').split(/^## /m)
const section = sections.find((text) => text.startsWith(`[${version}]`))

if (section === undefined) {
  process.stderr.write(`CHANGELOG.md has no section "## [${version}]": rename "## [Unreleased]" first\n`)
  process.exit(1)
}
const [, ...lines] = section.split('\n')
process.stdout.write(`${lines.join('\n').trim()}\n`)
