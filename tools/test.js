// Compiles the tests, leaving out what has not changed, and hands them to tap.
//
//   npm test                                    all tests; with CI=true, they must cover every line and branch
//   npm test -- test/cli/control.ts -g report   some of them; other arguments are tap's
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isFresh } from './fresh.js'

const out = '.test-build'
const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript')), 'tsc.js')
const tap = join(dirname(require.resolve('tap/package.json')), 'dist/esm/run.mjs')

const run = (...args) => execFileSync(process.execPath, args, { stdio: 'inherit' })

/** Types are checked by `npm run typecheck`: here that would take longer than to compile. */
function build() {
  run(tsc, '--build', 'test', '--noCheck')
  run('tools/build-page.js')
  // Tests import ../src, and so test the files that the commands which they start run as well.
  if (!existsSync(`${out}/src`)) symlinkSync(join('..', 'dist'), `${out}/src`, 'junction')
  for (const name of filesIn(`${out}/test`, '.js').filter((name) => !existsSync(sourceOf(name)))) rmSync(name)
}

/** Where no coverage is counted, tests start the command as it is packed, as that takes half the time. */
function bundle() {
  if (!isFresh('dist/bin/mpp-sim.mjs', filesIn('dist', '.js').concat('package-lock.json'))) run('tools/bundle.js')
}

const filesIn = (folder, extension) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name))
const sourceOf = (built) => relative(out, built).replace(/\.js$/, '.ts')
const builtOf = (source) => join(out, source).replace(/\.ts$/, '.js')
const isTest = (arg) => /^test\b.*\.ts$/.test(relative('.', arg))

/** In CI, where no test is skipped, all tests together must cover every line and branch. To count it doubles the time. */
function isCounted(args, isPart) {
  const options = args.filter((arg) => arg.includes('coverage'))
  return options.length > 0 ? !options.includes('--disable-coverage') : !isPart && process.env.CI !== undefined
}

function environment(isPart, counted) {
  const { NODE_OPTIONS = '' } = process.env
  const withoutHooks = `${NODE_OPTIONS} --import=${pathToFileURL('tools/without-hooks.js')}`
  return {
    ...process.env,
    ...(!counted && { NODE_OPTIONS: withoutHooks }),
    // Slow tests are left out, but not where they are asked for.
    ...(isPart && { SLOW_TESTS: '1' }),
  }
}

const args = process.argv.slice(2)
const chosen = args.filter(isTest)
const isPart = chosen.length > 0
const counted = isCounted(args, isPart)
build()
if (!counted) bundle()
const all = () => filesIn('test', '.ts').filter((name) => !name.startsWith(join('test', 'fixtures')))
const options = [
  `--coverage-exclude=${out}/**`,
  // These run as users run them, in processes of their own, without what counts coverage.
  '--coverage-exclude=action/**',
  '--coverage-exclude=examples/**',
  ...(counted ? [] : ['--disable-coverage']),
  ...args.filter((arg) => !isTest(arg)),
  ...(isPart ? chosen : all()).map(builtOf),
]
const env = environment(isPart, counted)
const { status } = spawnSync(process.execPath, [tap, 'run', ...options], { stdio: 'inherit', env })
process.exitCode = status ?? 1
