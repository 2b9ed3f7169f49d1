// Runs the tests: compiles them, leaving out what has not changed, and hands them to tap.
//
//   npm test                                    all of them, which must cover every line and branch
//   npm test -- test/cli/control.ts -g report   some of them; other options are tap's
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

const out = '.test-build'
const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript')), 'tsc.js')
const tap = join(dirname(require.resolve('tap/package.json')), 'dist/esm/run.mjs')

/** Types are the business of `npm run typecheck`: to check them here would take longer than to compile. */
function build() {
  execFileSync(process.execPath, [tsc, '--build', 'test', '--noCheck'], { stdio: 'inherit' })
  // Tests import ../src, and so get what the commands that they start run as well.
  if (!existsSync(`${out}/src`)) symlinkSync(join('..', 'dist'), `${out}/src`, 'junction')
  for (const name of filesIn(`${out}/test`, '.js').filter((name) => !existsSync(sourceOf(name)))) rmSync(name)
}

const filesIn = (folder, extension) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name))
const sourceOf = (built) => relative(out, built).replace(/\.js$/, '.ts')
const builtOf = (source) => join(out, source).replace(/\.ts$/, '.js')

build()
const args = process.argv.slice(2)
const isTest = (arg) => /^test\b.*\.ts$/.test(relative('.', arg))
const chosen = args.filter(isTest)
const tests = chosen.length > 0 ? chosen : filesIn('test', '.ts').filter((name) => !name.startsWith('test/fixtures/'))
const options = [
  // The tests are JavaScript by now: without this, tap loads a TypeScript compiler in each process.
  '--test-env=TAP_TYPE_STRIP_ONLY=1',
  `--coverage-exclude=${out}/**`,
  ...(chosen.length > 0 ? ['--disable-coverage'] : []),
]
const { status } = spawnSync(
  process.execPath,
  [tap, 'run', ...options, ...args.filter((arg) => !isTest(arg)), ...tests.map(builtOf)],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
