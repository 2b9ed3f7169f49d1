import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import t from 'tap'
import { runPlain, said, startProgram, stop } from './fixtures/cli.js'
import { dependencies, makeConsumer, noRegistry, npmFlags } from './fixtures/consumer.js'
import { skipSlow } from './fixtures/programs.js'

const { files, version } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[]; version: string }

/** What was built is not built again. */
const keepTimes = { recursive: true, preserveTimestamps: true }

/** A clone of the repository in which the build was run. */
function cloneSource(copy: string): string {
  mkdirSync(copy)
  const names = ['src', 'dist', 'examples', 'package.json', 'tsconfig.json', 'README.md', 'LICENSE']
  const data = files.filter((file) => !/^(dist|!)/.test(file))
  for (const name of [...names, ...data]) cpSync(name, join(copy, name), keepTimes)
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'))
  return copy
}

// Npm installs a good deal in CI, which takes a busy machine minutes.
t.setTimeout(1_800_000)

t.test('each dependency takes the version of Node.js that runs this, as engines promises', async (t) => {
  await t.resolves(runPlain(['npm', 'ci', '--dry-run', '--engine-strict', '--offline', '--no-audit', '--no-fund']))
})

t.test('npm start compiles only what has changed, and says so', { skip: skipSlow }, async (t) => {
  // A program of two lines, as it takes long to check the types of all.
  const src = { 'cli.ts': 'export const one = 1\n', 'index.ts': 'export const two = 2\n', protocol: {} }
  const cwd = t.testdir({ src })
  for (const name of ['dist/ui', 'package.json', 'package-lock.json', 'tsconfig.json', 'tools', 'ui'])
    cpSync(name, join(cwd, name), keepTimes)
  symlinkSync(resolve('node_modules'), join(cwd, 'node_modules'))
  // Copied folders are new. The page is not to be built anew, as this is about the compiler.
  const later = new Date(Date.now() + 60_000)
  utimesSync(join(cwd, 'dist/ui/index.html'), later, later)
  const build = () => runPlain([process.execPath, 'tools/build.js'], { cwd })
  const builtAt = (name: string) => statSync(join(cwd, 'dist', name)).mtimeMs
  t.match((await build()).stderr, /^mpp-sim: compiling what has changed\.\.\.\nmpp-sim: compiled in [\d.]+ s\n$/)
  const before = ['cli.js', 'index.js'].map(builtAt)
  writeFileSync(join(cwd, 'src/index.ts'), "\nexport const changed = 'yes'\n", { flag: 'a' })
  await build()
  const after = ['cli.js', 'index.js'].map(builtAt)
  t.equal(after[0], before[0], 'what has not changed is left alone')
  t.not(after[1], before[1])
})

t.test('the packed package works in an empty project', { skip: skipSlow }, async (t) => {
  const { dir, root, run, tarball } = await makeConsumer(t)

  await t.test('it installs without scripts, and holds no more than it needs', async (t) => {
    const home = join(dir, 'node_modules/alipayplus-mpp-simulator')
    t.strictSame(readdirSync(home).sort(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'docs',
      'openapi',
      'package.json',
      'scenarios',
    ])
    const names = readdirSync(join(home, 'dist'), { recursive: true, encoding: 'utf8' })
    t.strictSame(
      names.filter((name) => name.endsWith('.map')),
      [],
    )
    const withScripts = dependencies().filter(([, { hasInstallScript }]) => hasInstallScript)
    t.strictSame(withScripts, [])
    t.ok(dependencies().length <= 100, 'it brings few packages')
  })

  await t.test('each of its files imports what comes with it', async (t) => {
    const home = join(dir, 'node_modules/alipayplus-mpp-simulator')
    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
    const packages = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const files = readdirSync(join(home, 'dist'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js') && !/^(bin|ui)\b/.test(name))
      .map((name) => join(home, 'dist', name))
    const isThere = (file: string, target: string) =>
      target.startsWith('.') ? existsSync(join(dirname(file), target)) : isBuiltin(target) || packages.includes(target)
    const missing = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^import .*?'(.+)';$|\bimport\('(.+?)'\)/gm)]
        .map(([, fixed, onDemand]) => fixed ?? onDemand ?? '')
        .filter((target) => !isThere(file, target))
        .map((target) => `${file} imports ${target}`),
    )
    t.ok(files.length > 100)
    t.strictSame(missing, [])
  })

  await t.test('TypeScript takes it, without looking away, and refuses wrong codes and keys', async (t) => {
    const types = join(dir, 'node_modules/@types')
    cpSync('node_modules/@types/node', join(types, 'node'), { recursive: true })
    cpSync('node_modules/undici-types', join(dir, 'node_modules/undici-types'), { recursive: true })
    const { stdout } = await run(process.execPath, resolve('node_modules/typescript/bin/tsc'), '-p', '.').catch(
      (error) => error,
    )
    t.equal(stdout, '')
  })

  await t.test('a program that imports it runs', async (t) => {
    t.equal((await run(process.execPath, 'main.js')).stdout, 'CANCEL_WINDOW_EXCEED\n')
  })

  await t.test('the examples that embed it compile and pass', async (t) => {
    cpSync('examples', join(dir, 'examples'), { recursive: true })
    for (const name of ['vitest', 'vite']) symlinkSync(resolve('node_modules', name), join(dir, 'node_modules', name))
    const tsc = await run(process.execPath, resolve('node_modules/typescript/bin/tsc'), '-p', 'examples.json').catch(
      (error) => error,
    )
    t.equal(tsc.stdout, '')
    await t.resolves(run(process.execPath, '--test', 'compiled/embedded.test.js'))
    const vitest = [resolve('node_modules/vitest/vitest.mjs'), 'run', 'examples/embedded.vitest.test.ts']
    await t.resolves(run(process.execPath, ...vitest))
  })

  await t.test('the example for vitest passes in a clone, where vitest itself loads what was built', async (t) => {
    const vitest = [resolve('node_modules/vitest/vitest.mjs'), 'run', 'examples/embedded.vitest.test.ts']
    await t.resolves(runPlain([process.execPath, ...vitest], { cwd: cloneSource(join(root, 'clone')) }))
  })

  // In a folder of its own: what is not in a lock file here would be taken away.
  const elsewhere = join(root, 'elsewhere')
  const runElsewhere = (...args: string[]) => runPlain([process.execPath, ...args], { cwd: elsewhere })

  await t.test('what takes other packages', { skip: noRegistry }, async (t) => {
    cpSync('test/fixtures/consumer', elsewhere, { recursive: true })
    cpSync('examples', join(elsewhere, 'examples'), { recursive: true })
    writeFileSync(join(elsewhere, 'package.json'), '{ "private": true, "type": "module" }')
    const packages = [tarball, 'esbuild', 'jest@^30', 'testcontainers@^12']
    await runPlain(['npm', 'install', ...npmFlags, ...packages], { cwd: elsewhere })
    for (const name of ['@types/node', 'undici-types'])
      cpSync(`node_modules/${name}`, join(elsewhere, 'node_modules', name), { recursive: true })

    await t.test('the example for Testcontainers fits that package; to run it takes a container engine', async (t) => {
      const tsc = [resolve('node_modules/typescript/bin/tsc'), '-p', 'testcontainers.json']
      const { stdout } = await runElsewhere(...tsc).catch((error) => error)
      t.equal(stdout, '')
    })

    await t.test('it works in a bundle, far from any node_modules', async (t) => {
      const flags = ['--bundle', '--platform=node', '--log-level=error']
      const esbuild = ['node_modules/esbuild/bin/esbuild', 'bundled.js', ...flags]
      const [, banner = ''] = /^ *"(--banner:js=.*)"$/m.exec(readFileSync('docs/library.md', 'utf8')) ?? []
      for (const [name, ...options] of [
        ['bundle.cjs', '--format=cjs'],
        ['bundle.mjs', '--format=esm', banner],
      ]) {
        const file = join(root, `${name}`)
        await runElsewhere(...esbuild, ...options, `--outfile=${file}`)
        t.match((await runPlain([process.execPath, file])).stdout, /^CANCEL_WINDOW_EXCEED, .*did you mean SUCCESS/)
      }
    })

    await t.test('the example for Jest passes', async (t) => {
      const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'examples/embedded.jest.test.cjs']
      await t.resolves(runElsewhere(...jest))
    })
  })

  await t.test('its command runs', async (t) => {
    t.equal((await run('npx', '--no-install', 'mpp-sim', '--version')).stdout.trim(), version)
    t.equal((await run('npx', '--no-install', 'alipayplus-mpp-simulator', '--version')).stdout.trim(), version)
  })

  await t.test('its command reloads a large file, by the thread that is packed with it', async (t) => {
    const file = join(t.testdir({ 'a.yaml': 'rules: []\n' }), 'a.yaml')
    const command = join(dir, 'node_modules/.bin/mpp-sim')
    const running = startProgram([command, 'serve', '--port', '0', '--log-format', 'json', '--scenarios', file])
    t.teardown(() => stop(running))
    await said(running, /listening/)
    writeFileSync(file, `rules: [{ name: large, reply: SUCCESS }]\n#${'x'.repeat(20_000)}\n`)
    await said(running, /"rules":1,"msg":"scenarios loaded"/)
  })
})
