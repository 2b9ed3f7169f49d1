import { spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { load } from 'js-yaml'
import t from 'tap'
import { readComponent, runLine, useAction } from './fixtures/ci-runner.js'
import { makeConsumer, makeFolder, noRegistry } from './fixtures/consumer.js'
import { skipSlow, skipWithout } from './fixtures/programs.js'
import { freePort } from './fixtures/redis.js'

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

interface Workflow {
  jobs: Record<'test', { steps: { uses?: string; run?: string; with?: Record<string, string> }[] }>
}

function wrongCall(address: string): string {
  const payment = { acquirerId: '1', pspId: '2', paymentRequestId: 'WRONG-1' }
  return `import { cancelPaymentWrongly } from './compiled/wrong-caller.js'
    await cancelPaymentWrongly(${JSON.stringify(address)}, ${JSON.stringify(payment)})`
}

/** What `npm test` of the jobs runs. */
function writeTestScript(dir: string): void {
  const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
  const scripts = { test: 'node --test compiled/cancel-payment.test.js' }
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ ...manifest, scripts }))
}

/** The packages are there already. */
const withoutInstall = (line: string) => line.replace('npm ci && ', '')

/** What loads and counts in this process is none of the business of a job. */
const { NODE_OPTIONS: _, ...ownEnv } = process.env
const env = { ...ownEnv, npm_config_prefer_offline: 'true' }

// Npm installs the package several times, which takes a busy machine minutes.
t.setTimeout(1_800_000)

t.test('jobs that use the simulator', { skip: skipSlow }, async (t) => {
  const { dir, run, tarball } = await makeConsumer(t)
  cpSync('examples', join(dir, 'examples'), { recursive: true })
  for (const name of ['@types/node', 'undici-types'])
    cpSync(`node_modules/${name}`, join(dir, 'node_modules', name), { recursive: true })
  await run(process.execPath, resolve('node_modules/typescript/bin/tsc'), '-p', 'callers.json')

  for (const name of ['github-actions-service.yml', 'gitlab-ci.yml'])
    await t.test(
      `the job of ${name} passes for a caller that behaves, and fails for one that does not`,
      { skip: skipWithout('curl') },
      async (t) => {
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
        writeTestScript(dir)
        for (const line of job.lines) t.match(await runLine(withoutInstall(line), dir, jobEnv), { code: 0 }, line)
        const file = name === 'github-actions-service.yml' ? summary : join(dir, 'report.xml')
        t.match(readFileSync(file, 'utf8'), /SUCCESS/)

        await run(process.execPath, '--input-type=module', '--eval', wrongCall(address))
        t.equal((await runLine(job.lines.at(-1) ?? '', dir, jobEnv)).code, 4)
      },
    )

  await t.test(
    'the job of github-actions.yml passes for a caller that behaves, and fails for one that does not',
    { skip: noRegistry },
    async (t) => {
      writeTestScript(dir)
      const { jobs } = load(readFileSync('examples/github-actions.yml', 'utf8')) as Workflow
      const [use] = jobs.test.steps.filter(({ uses }) => uses?.includes('alipayplus-mpp-simulator'))
      const step = await useAction(resolve('.'), dir, { ...use?.with, package: tarball, port: '0' }, env)
      const { url, 'mpp-url': mppUrl, 'admin-url': adminUrl } = step.outputs
      t.match(step.main, { code: 0 })
      t.match(step.env, { MPP_URL: mppUrl, MPP_ADMIN_URL: adminUrl })
      for (const line of jobs.test.steps.flatMap(({ run }) => run ?? []))
        t.match(await runLine(withoutInstall(line), dir, step.env), { code: 0 }, line)
      t.match(await runLine(`mpp-sim report --url ${url} --require ${use?.with?.require}`, dir, step.env), { code: 0 })

      await run(process.execPath, '--input-type=module', '--eval', wrongCall(url ?? ''))
      t.match(await step.post(), { code: 1, stdout: '::error ' })
      t.match(step.summary(), /\| SUCCESS \| [1-9]/)
      t.match(await step.post(), { code: 1, stdout: 'There is no report' }, 'a simulator that is gone')
    },
  )

  await t.test(
    'the action says why the simulator does not start, and then reports nothing',
    { skip: noRegistry },
    async (t) => {
      const step = await useAction(resolve('.'), dir, { package: tarball, scenarios: 'nowhere' }, env)
      t.match(step.main, { code: 1, stdout: /nowhere.*::error /s })
      t.match(await step.post(), { code: 0, stdout: '' })
    },
  )

  await t.test(
    'the component for GitLab passes for a caller that behaves, and fails for one that does not',
    { skip: noRegistry },
    async (t) => {
      writeTestScript(dir)
      const port = String(await freePort())
      const job = readComponent('templates/mpp-sim.yml', { package: tarball, port, require: 'SUCCESS' })
      const stop = 'trap "kill %1" EXIT'
      writeFileSync(join(dir, 'wrong.js'), wrongCall(job.variables.MPP_SIM_URL ?? ''))
      const wrong = ['touch passed', 'node wrong.js', ...job.script.slice(1)]
      const lines = [stop, ...job.before_script, ...job.script.map(withoutInstall), ...wrong]
      t.equal((await runLine(lines.join('\n'), dir, { ...env, ...job.variables })).code, 4)
      t.ok(existsSync(join(dir, 'passed')))
      t.match(readFileSync(join(dir, 'mpp-sim-report.xml'), 'utf8'), 'retried-after')
    },
  )
})

t.test(
  'the action builds the simulator from its own commit unless it is given a package',
  { skip: noRegistry },
  async (t) => {
    const clone = makeFolder(t)
    const manifests = ['package.json', 'package-lock.json', 'tsconfig.json', 'action.yml']
    const files = [...manifests, 'action', 'scenarios', 'src', 'tools', 'ui']
    for (const file of files) cpSync(file, join(clone, file), { recursive: true })
    const step = await useAction(clone, clone, { port: '0', require: 'CANCEL_WINDOW_EXCEED' }, env)
    t.match(step.main, { code: 0 })
    const body = '{"acquirerId":"1","pspId":"2","paymentRequestId":"CANCEL_WINDOW_EXCEED-1"}'
    const headers = { 'content-type': 'application/json' }
    await fetch(step.outputs['mpp-url'] ?? '', { method: 'POST', headers, body })
    t.match(await step.post(), { code: 0 })
    t.match(step.summary(), '| CANCEL_WINDOW_EXCEED | 1 |')
    await t.rejects(fetch(`${step.outputs.url}/livez`), 'it is stopped')
  },
)
