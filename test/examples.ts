import { readdirSync, readFileSync } from 'node:fs'
import { loadAll } from 'js-yaml'
import t from 'tap'
import { createProgram } from '../src/cli/program.js'
import { checkScenarios } from '../src/scenarios/check.js'
import { makeApp } from './fixtures/app.js'

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
  t.equal(yaml.length, 4, 'all are found')
  const [, port] = /PORT=(\d+)/.exec(readFileSync('Dockerfile', 'utf8')) ?? []
  const [, mount] = /MPP_SIM_SCENARIOS=(\S+)/.exec(readFileSync('Dockerfile', 'utf8')) ?? []
  for (const [name, text] of yaml) {
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

t.test('the jobs call commands with options that there are', async (t) => {
  for (const [name, text] of yaml)
    for (const [, command = '', args = ''] of text.matchAll(/alipayplus-mpp-simulator@\S+ (\w+)\s+(--[^>]+)/g)) {
      const found = commands.find((each) => each.name() === command)
      for (const [flag] of args.matchAll(/--[\w-]+/g))
        t.ok(
          found?.options.some(({ long }) => long === flag),
          `${command} ${flag} in ${name}`,
        )
    }
})

t.test('the scenario files of the ConfigMap are sound', async (t) => {
  const [configMap] = loadAll(texts.get('kubernetes.yaml') ?? '')
  const files = valuesIn(configMap)
    .filter(({ path }) => path.startsWith('data.'))
    .map(({ path, value }) => ({ path, text: String(value) }))
  const { rules, errors, warnings } = checkScenarios(files)
  t.equal(rules.length, 2)
  t.strictSame([...errors, ...warnings], [])
})
