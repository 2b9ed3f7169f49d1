import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const exec = promisify(execFile)
const npm = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']

/** What loads TypeScript and counts coverage here is none of the consumer's business. */
const { NODE_OPTIONS: _, ...env } = process.env

/** Packing builds anew: not where other tests use what was built. */
function copySource(copy: string): string {
  const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] }
  const data = files.filter((file) => !file.startsWith('dist'))
  mkdirSync(copy)
  for (const name of ['src', 'package.json', 'tsconfig.json', 'README.md', 'LICENSE', ...data])
    cpSync(name, join(copy, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'))
  return copy
}

t.test('the packed package works in an empty project', async (t) => {
  // Not below this folder, whose node_modules would fill every gap.
  const root = mkdtempSync(join(tmpdir(), 'mpp-sim-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  const dir = join(root, 'consumer')
  mkdirSync(dir)
  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }')
  const run = (command: string, ...args: string[]) => exec(command, args, { cwd: dir, env })
  cpSync('test/fixtures/consumer', dir, { recursive: true })
  const packed = await exec('npm', ['pack', '--silent', '--pack-destination', dir], {
    cwd: copySource(join(root, 'source')),
    env,
  })
  const [tarball = ''] = packed.stdout.trim().split('\n').slice(-1)
  await run('npm', 'install', ...npm, `./${tarball}`)

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

  await t.test('its command runs', async (t) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    t.equal((await run('npx', '--no-install', 'mpp-sim', '--version')).stdout.trim(), version)
    t.equal((await run('npx', '--no-install', 'alipayplus-mpp-simulator', '--version')).stdout.trim(), version)
  })
})
