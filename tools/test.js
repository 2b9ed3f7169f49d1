// Compiles the tests, leaving out what has not changed, and hands them to tap.
//
//   npm test                                    all tests; with CI=true, they must cover every line and branch
//   npm test -- test/cli/control.ts -g report   some of them; other arguments are tap's
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

const out = '.test-build'
const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript')), 'tsc.js')
const tap = join(dirname(require.resolve('tap/package.json')), 'dist/esm/run.mjs')

/** Types are checked by `npm run typecheck`: here that would take longer than to compile. */
function build() {
  for (const args of [[tsc, '--build', 'test', '--noCheck'], ['tools/build-page.js']])
    execFileSync(process.execPath, args, { stdio: 'inherit' })
  // Tests import ../src, and so test the files that the commands which they start run as well.
  if (!existsSync(`${out}/src`)) symlinkSync(join('..', 'dist'), `${out}/src`, 'junction')
  for (const name of filesIn(`${out}/test`, '.js').filter((name) => !existsSync(sourceOf(name)))) rmSync(name)
}

const filesIn = (folder, extension) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name))
const sourceOf = (built) => relative(out, built).replace(/\.js$/, '.ts')
const builtOf = (source) => join(out, source).replace(/\.ts$/, '.js')
const isTest = (arg) => /^test\b.*\.ts$/.test(relative('.', arg))

/** In CI, where no test is skipped, all tests together must cover every line and branch. To count it doubles the time. */
function coverageOptions(args, isPart) {
  if (args.some((arg) => arg.includes('coverage'))) return []
  return isPart || process.env.CI === undefined ? ['--disable-coverage'] : []
}

build()
const args = process.argv.slice(2)
const chosen = args.filter(isTest)
const all = () => filesIn('test', '.ts').filter((name) => !name.startsWith(join('test', 'fixtures')))
const options = [
  `--coverage-exclude=${out}/**`,
  // These run as users run them, in processes of their own, without what counts coverage.
  '--coverage-exclude=action/**',
  '--coverage-exclude=examples/**',
  ...coverageOptions(args, chosen.length > 0),
  ...args.filter((arg) => !isTest(arg)),
  ...(chosen.length > 0 ? chosen : all()).map(builtOf),
]
// Slow tests are left out, but not where they are asked for.
const env = chosen.length > 0 ? { ...process.env, SLOW_TESTS: '1' } : process.env
const { status } = spawnSync(process.execPath, [tap, 'run', ...options], { stdio: 'inherit', env })
process.exitCode = status ?? 1
