import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { load } from 'js-yaml'
import t from 'tap'
import { runPlain } from './fixtures/plain-process.js'
import { skipWithout } from './fixtures/programs.js'
import { freePort } from './fixtures/redis.js'

const { files, version } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[]; version: string }

interface LockedPackage {
  dev?: boolean
  optional?: boolean
  hasInstallScript?: boolean
}

/** What the package brings: the lock file's packages that are not for development, by their folders. */
function dependencies(): [folder: string, LockedPackage][] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, LockedPackage>
  }
  return Object.entries(packages).filter(([folder, { dev }]) => folder !== '' && dev !== true)
}

/** What `npm install` of the packed package would do, without asking a registry for packages that are here already. */
async function install(tarball: string, dir: string): Promise<void> {
  for (const [folder] of dependencies()) cpSync(folder, join(dir, folder), { recursive: true })
  const home = join(dir, 'node_modules/alipayplus-mpp-simulator')
  mkdirSync(home)
  await runPlain(['tar', '-xzf', tarball, '--strip-components=1', '-C', home])
  const manifest = { private: true, type: 'module', dependencies: { 'alipayplus-mpp-simulator': version } }
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest))
  // It links the commands.
  await runPlain(['npm', 'rebuild', '--ignore-scripts', '--offline'], { cwd: dir })
}

/** A clone of the repository in which the build was run. */
function cloneSource(copy: string): string {
  mkdirSync(copy)
  const names = ['src', 'dist', 'examples', 'package.json', 'tsconfig.json', 'README.md', 'LICENSE']
  const data = files.filter((file) => !file.startsWith('dist'))
  for (const name of [...names, ...data]) cpSync(name, join(copy, name), { recursive: true })
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
  const run = (...command: [string, ...string[]]) => runPlain(command, { cwd: dir })
  cpSync('test/fixtures/consumer', dir, { recursive: true })
  // As built for the tests: prepack would build anew.
  const packed = await runPlain(['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', dir])
  const [tarball = ''] = packed.stdout.trim().split('\n').slice(-1)
  await install(join(dir, tarball), dir)

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

  const noRegistry =
    process.env.CI === undefined && 'downloads testcontainers from the npm registry, which only CI does'
  await t.test('the snippet for Testcontainers fits that package', { skip: noRegistry }, async (t) => {
    const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', '--no-save', '--ignore-scripts']
    // In a folder of its own: what is not in a lock file here would be taken away. To run the snippet takes Docker.
    const elsewhere = join(root, 'containers')
    cpSync(join(dir, 'examples'), join(elsewhere, 'examples'), { recursive: true })
    for (const name of ['tsconfig.json', 'testcontainers.json']) cpSync(join(dir, name), join(elsewhere, name))
    await runPlain(['npm', 'install', ...flags, 'testcontainers@^12'], { cwd: elsewhere })
    for (const name of ['@types/node', 'undici-types'])
      cpSync(`node_modules/${name}`, join(elsewhere, 'node_modules', name), { recursive: true })
    const tsc = [resolve('node_modules/typescript/bin/tsc'), '-p', 'testcontainers.json']
    const { stdout } = await runPlain([process.execPath, ...tsc], { cwd: elsewhere }).catch((error) => error)
    t.equal(stdout, '')
  })

  for (const name of ['github-actions.yml', 'gitlab-ci.yml'])
    await t.test(
      `the job of ${name} passes for a caller that behaves, and fails for one that does not`,
      { skip: skipWithout('curl') },
      async (t) => {
        const job = readJob(name)
        const port = await freePort()
        const server = 'node_modules/alipayplus-mpp-simulator/dist/cli.js'
        const service = spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, server], {
          cwd: dir,
          env: { ...process.env, ...job.serviceEnv, PORT: String(port) },
          stdio: 'ignore',
        })
        t.teardown(() => service.kill())
        const address = job.env.MPP_SIM_URL?.replace(/\w+:8080|127\.0\.0\.1:8080/, `127.0.0.1:${port}`) ?? ''
        const summary = join(dir, 'summary.md')
        const jobEnv = { ...process.env, ...job.env, MPP_SIM_URL: address, GITHUB_STEP_SUMMARY: summary }
        const step = (line: string) => runPlain(['bash', '-e', '-o', 'pipefail', '-c', line], { cwd: dir, env: jobEnv })
        writeFileSync(
          join(dir, 'package.json'),
          JSON.stringify({
            ...JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')),
            scripts: { test: 'node --test compiled/cancel-payment.test.js' },
          }),
        )
        // The packages are there already.
        for (const line of job.lines) await t.resolves(step(line.replace('npm ci && ', '')), line)
        const file = name === 'github-actions.yml' ? summary : join(dir, 'report.xml')
        t.match(readFileSync(file, 'utf8'), /SUCCESS/)

        await run(process.execPath, '--input-type=module', '--eval', wrongCall(address))
        const failed = await step(job.lines.at(-1) ?? '').catch((error) => error)
        t.equal(failed.code, 4)
      },
    )

  await t.test('its command runs', async (t) => {
    t.equal((await run('npx', '--no-install', 'mpp-sim', '--version')).stdout.trim(), version)
    t.equal((await run('npx', '--no-install', 'alipayplus-mpp-simulator', '--version')).stdout.trim(), version)
  })
})
