import { execFile, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { load } from 'js-yaml'
import t from 'tap'
import { freePort } from './fixtures/redis.js'

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

/** What a CI job runs, and with which environment it and its service run. */
interface Job {
  env: NodeJS.Dict<string>
  serviceEnv: NodeJS.Dict<string>
  lines: readonly string[]
}

function readJob(name: string): Job {
  const file = load(readFileSync(`examples/${name}`, 'utf8')) as Record<string, never>
  if (name === 'gitlab-ci.yml') {
    const { script, variables } = file.caller as unknown as { script: string[]; variables: NodeJS.Dict<string> }
    return { env: variables, serviceEnv: variables, lines: script }
  }
  const { test } = file.jobs as unknown as Record<
    'test',
    { env: Job['env']; services: { mpp: { env: Job['env'] } }; steps: { run?: string }[] }
  >
  return { env: test.env, serviceEnv: test.services.mpp.env, lines: test.steps.flatMap(({ run }) => run ?? []) }
}

function wrongCall(address: string): string {
  const payment = { acquirerId: '1', pspId: '2', paymentRequestId: 'WRONG-1' }
  return `import { cancelPaymentWrongly } from './compiled/wrong-caller.js'
    await cancelPaymentWrongly(${JSON.stringify(address)}, ${JSON.stringify(payment)})`
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

  await t.test('the example for vitest passes in a clone, where vitest itself loads what was built', async (t) => {
    const clone = join(root, 'source')
    cpSync('examples', join(clone, 'examples'), { recursive: true })
    const vitest = [resolve('node_modules/vitest/vitest.mjs'), 'run', 'examples/embedded.vitest.test.ts']
    await t.resolves(exec(process.execPath, vitest, { cwd: clone, env }))
  })

  await t.test('the snippet for Testcontainers fits that package; to run it takes a container engine', async (t) => {
    await run('npm', 'install', ...npm, '--no-save', '--ignore-scripts', 'testcontainers@^12')
    const tsc = [resolve('node_modules/typescript/bin/tsc'), '-p', 'testcontainers.json']
    const { stdout } = await run(process.execPath, ...tsc).catch((error) => error)
    t.equal(stdout, '')
  })

  for (const name of ['github-actions.yml', 'gitlab-ci.yml'])
    await t.test(`the job of ${name} passes for a caller that behaves, and fails for one that does not`, async (t) => {
      const job = readJob(name)
      const port = await freePort()
      const service = spawn(process.execPath, ['node_modules/alipayplus-mpp-simulator/dist/cli.js'], {
        cwd: dir,
        env: { ...env, ...job.serviceEnv, PORT: String(port) },
        stdio: 'ignore',
      })
      t.teardown(() => service.kill())
      const address = job.env.MPP_SIM_URL?.replace(/\w+:8080|127\.0\.0\.1:8080/, `127.0.0.1:${port}`) ?? ''
      const summary = join(dir, 'summary.md')
      const jobEnv = { ...env, ...job.env, MPP_SIM_URL: address, GITHUB_STEP_SUMMARY: summary }
      const step = (line: string) => exec('bash', ['-e', '-o', 'pipefail', '-c', line], { cwd: dir, env: jobEnv })
      writeFileSync(
        join(dir, 'package.json'),
        JSON.stringify({
          ...JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')),
          scripts: { test: 'node --test compiled/cancel-payment.test.js' },
        }),
      )
      for (const line of job.lines) await t.resolves(step(line), line)
      const file = name === 'github-actions.yml' ? summary : join(dir, 'report.xml')
      t.match(readFileSync(file, 'utf8'), /SUCCESS/)

      await run(process.execPath, '--input-type=module', '--eval', wrongCall(address))
      const failed = await step(job.lines.at(-1) ?? '').catch((error) => error)
      t.equal(failed.code, 4)
    })

  await t.test('its command runs', async (t) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    t.equal((await run('npx', '--no-install', 'mpp-sim', '--version')).stdout.trim(), version)
    t.equal((await run('npx', '--no-install', 'alipayplus-mpp-simulator', '--version')).stdout.trim(), version)
  })
})
