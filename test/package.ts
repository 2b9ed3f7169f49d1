import { cpSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { makeConsumer, makeFolder, npmFlags, tscPath } from './fixtures/consumer.js'

// Npm installs a good deal, which takes a busy machine minutes.
t.setTimeout(1_800_000)

t.test('the packed package works in an empty project', async (t) => {
  const { dir, run } = await makeConsumer(t)

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
    const { packages } = JSON.parse(readFileSync(join(dir, 'package-lock.json'), 'utf8'))
    const withScripts = Object.entries<{ hasInstallScript?: boolean }>(packages).filter(
      ([, { hasInstallScript }]) => hasInstallScript,
    )
    t.strictSame(withScripts, [])
    t.ok(Object.keys(packages).length <= 100, 'it brings few packages')
  })

  await t.test('TypeScript takes it, without looking away, and refuses wrong codes and keys', async (t) => {
    const { stdout } = await run(process.execPath, tscPath, '-p', '.').catch((error) => error)
    t.equal(stdout, '')
  })

  await t.test('a program that imports it runs', async (t) => {
    t.equal((await run(process.execPath, 'main.js')).stdout, 'CANCEL_WINDOW_EXCEED\n')
  })

  await t.test('the examples that embed it compile and pass', async (t) => {
    cpSync('examples', join(dir, 'examples'), { recursive: true })
    for (const name of ['vitest', 'vite']) symlinkSync(resolve('node_modules', name), join(dir, 'node_modules', name))
    const tsc = await run(process.execPath, tscPath, '-p', 'examples.json').catch((error) => error)
    t.equal(tsc.stdout, '')
    await t.resolves(run(process.execPath, '--test', 'compiled/embedded.test.js'))
    const vitest = [resolve('node_modules/vitest/vitest.mjs'), 'run', 'examples/embedded.vitest.test.ts']
    await t.resolves(run(process.execPath, ...vitest))
  })

  await t.test('the snippet for Testcontainers fits that package; to run it takes a container engine', async (t) => {
    await run('npm', 'install', ...npmFlags, '--no-save', '--ignore-scripts', 'testcontainers@^12')
    const tsc = [tscPath, '-p', 'testcontainers.json']
    const { stdout } = await run(process.execPath, ...tsc).catch((error) => error)
    t.equal(stdout, '')
  })

  await t.test('it works in a bundle, far from any node_modules', async (t) => {
    await run('npm', 'install', ...npmFlags, '--no-save', '--ignore-scripts', 'esbuild')
    const alone = makeFolder(t)
    const esbuild = [
      'node_modules/esbuild/bin/esbuild',
      'bundled.js',
      '--bundle',
      '--platform=node',
      '--log-level=error',
    ]
    const [, banner = ''] = /^ *"(--banner:js=.*)"$/m.exec(readFileSync('docs/library.md', 'utf8')) ?? []
    for (const options of [['--format=cjs'], ['--format=esm', banner]]) {
      const file = join(alone, options.length === 1 ? 'bundle.cjs' : 'bundle.mjs')
      await run(process.execPath, ...esbuild, ...options, `--outfile=${file}`)
      t.match((await run(process.execPath, file)).stdout, /^CANCEL_WINDOW_EXCEED, .*did you mean SUCCESS/)
    }
  })

  await t.test('the example for Jest passes', async (t) => {
    await run('npm', 'install', ...npmFlags, '--no-save', '--ignore-scripts', 'jest@^30')
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'examples/embedded.jest.test.cjs']
    await t.resolves(run(process.execPath, ...jest))
  })

  await t.test('its command runs', async (t) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    t.equal((await run('npx', '--no-install', 'mpp-sim', '--version')).stdout.trim(), version)
    t.equal((await run('npx', '--no-install', 'alipayplus-mpp-simulator', '--version')).stdout.trim(), version)
  })
})
