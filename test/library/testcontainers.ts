import { register } from 'node:module'
import t from 'tap'
import { type ContainerToBe, startMppContainer } from '../../src/library/testcontainers.js'
import { serve, stop } from '../fixtures/cli.js'

/** What was asked of the container that started last. */
let asked: { image: string; ports: number[]; strategy: unknown }

/** A container that is a process, started as the image would be: to run the real thing takes a container engine. */
class GenericContainer implements ContainerToBe {
  readonly #env: NodeJS.ProcessEnv = { HOST: '127.0.0.1' }

  constructor(image: string) {
    asked = { image, ports: [], strategy: undefined }
  }

  withExposedPorts(...ports: number[]) {
    asked.ports = ports
    return this
  }

  withEnvironment(environment: Record<string, string>) {
    Object.assign(this.#env, environment)
    return this
  }

  withCopyDirectoriesToContainer(directories: { source: string; target: string }[]) {
    for (const { source } of directories) this.#env.MPP_SIM_SCENARIOS = source
    return this
  }

  withWaitStrategy(strategy: unknown) {
    asked.strategy = strategy
    return this
  }

  async start() {
    const { running, url } = await serve(t, [], this.#env)
    const { hostname, port } = new URL(url)
    return { getHost: () => hostname, getMappedPort: () => Number(port), stop: () => stop(running) }
  }
}

const Wait = { forHttp: (path: string, port: number) => `${path} on ${port}` }
Object.assign(globalThis, { testcontainers: { GenericContainer, Wait } })
const standIn = 'data:text/javascript,export const { GenericContainer, Wait } = globalThis.testcontainers'
const hook = `export const resolve = (name, context, next) => name === 'testcontainers'
  ? { url: ${JSON.stringify(standIn)}, shortCircuit: true } : next(name, context)`
register(`data:text/javascript,${encodeURIComponent(hook)}`)

async function codeFor(mppUrl: string, paymentRequestId: string): Promise<string> {
  const body = JSON.stringify({ acquirerId: '1', pspId: '2', paymentRequestId })
  const reply = await fetch(mppUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result } = (await reply.json()) as { result: { resultCode: string } }
  return result.resultCode
}

t.test('starts the image, waits until it is ready, and tells where it is', async (t) => {
  const mpp = await startMppContainer({ image: 'your-organisation/mpp-sim:0.1.0' })
  t.strictSame(asked, { image: 'your-organisation/mpp-sim:0.1.0', ports: [8080], strategy: '/readyz on 8080' })
  t.equal(await codeFor(mpp.mppUrl, 'PROCESS_FAIL-1'), 'PROCESS_FAIL', 'by the shipped scenarios')
  t.equal((await fetch(`${mpp.adminUrl}/requests`)).status, 200)
  await mpp.stop()
  await t.rejects(fetch(`${mpp.url}/livez`), 'it is stopped')
})

t.test('takes scenario files and options to the container', async (t) => {
  const scenarios = t.testdir({ 'mine.yaml': 'rules: [{ name: all, reply: ACCESS_DENIED }]' })
  await using mpp = await startMppContainer({ image: 'any', scenarios, environment: { MPP_SIM_NO_ADMIN: '1' } })
  t.equal(await codeFor(mpp.mppUrl, 'PROCESS_FAIL-1'), 'ACCESS_DENIED')
  t.equal((await fetch(`${mpp.adminUrl}/requests`)).status, 404)
})
