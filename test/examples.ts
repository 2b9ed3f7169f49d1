import { readdirSync, readFileSync } from 'node:fs'
import { load, loadAll } from 'js-yaml'
import t, { type Test } from 'tap'
import { createProgram } from '../src/cli/program.js'
import { cancelPaymentPaths, sampleRequest } from '../src/protocol/cancel-payment.js'
import { checkScenarios, warningsIn } from '../src/scenarios/check.js'
import { makeApp } from './fixtures/app.js'
import { runInside, serve } from './fixtures/cli.js'

const texts = new Map(
  readdirSync('examples').map((name): [string, string] => [name, readFileSync(`examples/${name}`, 'utf8')]),
)
const yaml = [...texts].filter(([name]) => /\.ya?ml$/.test(name))
const { commands } = createProgram()

/** Every value in a document, with the keys that lead to it. */
function valuesIn(value: unknown, path: readonly string[] = []): { path: string; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path: path.join('.'), value }]
  return Object.entries(value).flatMap(([key, inner]) => valuesIn(inner, [...path, key]))
}

t.test('the deployments are YAML, each with the port and the mount of the image', async (t) => {
  // The example of the action leaves both to the action.
  const deployments = yaml.filter(([name]) => name !== 'github-actions.yml')
  t.equal(deployments.length, 4, 'all are found')
  const [, port] = /PORT=(\d+)/.exec(readFileSync('Dockerfile', 'utf8')) ?? []
  const [, mount] = /MPP_SIM_SCENARIOS=(\S+)/.exec(readFileSync('Dockerfile', 'utf8')) ?? []
  for (const [name, text] of deployments) {
    t.ok(loadAll(text).length > 0, name)
    t.match(text, new RegExp(`\\b${port}\\b`), `${name} has the port`)
    if (text.includes('/scenarios')) t.match(text, new RegExp(`[: ]${mount}\\b`), `${name} has the mount`)
  }
})

t.test('the deployments name variables and paths that there are', async (t) => {
  const known = new Set(commands.flatMap(({ options }) => options.map(({ envVar }) => envVar)))
  const { app } = await makeApp(t)
  for (const [name, text] of texts) {
    for (const [variable] of text.matchAll(/MPP_SIM_[A-Z_]+/g)) t.ok(known.has(variable), `${variable} in ${name}`)
    for (const [path] of text.matchAll(/\/(livez|readyz|aps\/api\/[\w/]+)/g))
      t.ok(app.hasRoute({ url: path, method: path.startsWith('/aps') ? 'POST' : 'GET' }), `${path} in ${name}`)
  }
})

t.test('the scenario files of the ConfigMap are valid', async (t) => {
  const [configMap] = loadAll(texts.get('kubernetes.yaml') ?? '')
  const files = valuesIn(configMap)
    .filter(({ path }) => path.startsWith('data.'))
    .map(({ path, value }) => ({ path, text: String(value) }))
  const { rules, errors, lint } = checkScenarios(files)
  t.equal(rules.length, 2)
  t.strictSame([...errors, ...warningsIn({ lint })], [])
})

/** Starts what a container of the image would run: its command, with the variables and the mounts of the example. */
async function startContainer(t: Test, env: NodeJS.ProcessEnv, scenarios: string) {
  const image = { NODE_ENV: 'production', HOST: '127.0.0.1' }
  // Its address is in a line of this level.
  return serve(t, [], { ...image, ...env, MPP_SIM_LOG_LEVEL: 'info', MPP_SIM_SCENARIOS: scenarios })
}

async function codeFor(url: string, paymentRequestId: string): Promise<string> {
  const body = JSON.stringify({ ...sampleRequest, paymentRequestId })
  const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result } = (await reply.json()) as { result: { resultCode: string } }
  return result.resultCode
}

interface Pod {
  containers: {
    env: { name: string; value: string }[]
    livenessProbe: Probe
    readinessProbe: Probe
    ports: { name: string; containerPort: number }[]
  }[]
}

interface Probe {
  httpGet: { path: string; port: string }
}

t.test('what the Kubernetes manifest deploys passes its probes, and answers by its ConfigMap', async (t) => {
  const [configMap, deployment, service] = loadAll(texts.get('kubernetes.yaml') ?? '') as [
    { data: Record<string, string> },
    { spec: { template: { spec: Pod } } },
    { spec: { ports: { targetPort: string }[] } },
  ]
  const [container] = deployment.spec.template.spec.containers
  const { env = [], livenessProbe, readinessProbe, ports } = container ?? {}
  const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]))
  const { url } = await startContainer(t, variables, t.testdir(configMap.data))
  for (const probe of [livenessProbe, readinessProbe]) {
    t.equal((await fetch(url + probe?.httpGet.path)).status, 200)
    t.equal(probe?.httpGet.port, ports?.[0]?.name)
  }
  t.equal(service.spec.ports[0]?.targetPort, ports?.[0]?.name)
  t.equal(await codeFor(`${url}${cancelPaymentPaths[0]}`, 'LATE-1'), 'CANCEL_WINDOW_EXCEED')
  t.equal(await codeFor(`${url}${cancelPaymentPaths[0]}`, 'RETRY-1'), 'UNKNOWN_EXCEPTION')
})

t.test(
  'what the compose file starts is healthy, and answers at the address that it gives the other service',
  async (t) => {
    const { services } = load(texts.get('compose.yaml') ?? '') as {
      services: Record<'mpp' | 'shop', { environment: Record<string, string> }>
    }
    const rules = 'rules: [{ name: late, match: { paymentRequestId: "LATE-*" }, reply: CANCEL_WINDOW_EXCEED }]'
    const { url } = await startContainer(t, services.mpp.environment, t.testdir({ 'mine.yaml': rules }))
    const port = new URL(url).port
    t.equal((await runInside(['health'], { PORT: port })).code, 0, 'by the HEALTHCHECK of the image')
    const address = services.shop.environment.MPP_URL?.replace('mpp:8080', `127.0.0.1:${port}`) ?? ''
    t.equal(await codeFor(address, 'LATE-1'), 'CANCEL_WINDOW_EXCEED')
  },
)
