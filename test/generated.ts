import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { load } from 'js-yaml'
import t from 'tap'
import { readSources } from '../src/scenarios/sources.js'
import { acceptanceScenarios, shippedScenarios } from '../src/server/shipped.js'
import { mppSim, runPlain } from './fixtures/cli.js'
import { lintOpenapi } from './fixtures/openapi.js'

const generated = [
  { file: 'openapi/openapi.json', command: ['openapi'] },
  { file: 'openapi/openapi.yaml', command: ['openapi', '--format', 'yaml'] },
  { file: 'openapi/scenario.schema.json', command: ['schema'] },
]

for (const { file, command } of generated)
  t.test(`${file} is what the code makes; npm run generate writes it anew`, async (t) => {
    const [committed, made] = [await readFile(file, 'utf8'), await mppSim(command)]
    t.equal(committed, made)
  })

const validators = [
  { file: 'src/scenarios/valid-rule.generated.ts', target: 'rule' },
  { file: 'src/http/payments/valid-call.generated.ts', target: 'call' },
]

for (const { file, target } of validators)
  t.test(`${file} is what AJV makes; npm run generate writes it anew`, async (t) => {
    const [committed, made] = await Promise.all([
      readFile(file, 'utf8'),
      runPlain([process.execPath, 'tools/validators.js', 'dist', target]),
    ])
    t.equal(committed, made.stdout)
  })

t.test(
  'src/server/version.generated.ts has the version of package.json; npm run generate writes it anew',
  async (t) => {
    const [committed, made] = await Promise.all([
      readFile('src/server/version.generated.ts', 'utf8'),
      runPlain([process.execPath, 'tools/version.js']),
    ])
    t.equal(committed, made.stdout)
  },
)

t.test('openapi.json and openapi.yaml say the same', async (t) => {
  const [json, yaml] = await Promise.all(
    ['json', 'yaml'].map((format) => readFile(`openapi/openapi.${format}`, 'utf8')),
  )
  t.strictSame(load(yaml ?? ''), JSON.parse(json ?? ''))
})

t.test('openapi.json is valid OpenAPI 3.1 in the eyes of another tool', async (t) => {
  t.equal(JSON.parse(await readFile('openapi/openapi.json', 'utf8')).openapi, '3.1.0')
  await t.resolves(lintOpenapi(['openapi/openapi.json']))
})

t.test('the shipped scenario files satisfy the schema that editors check them with', async (t) => {
  const schema = JSON.parse(await readFile('openapi/scenario.schema.json', 'utf8'))
  const validate = new Ajv({ strictTypes: false }).compile(schema)
  const { files } = await readSources([shippedScenarios, acceptanceScenarios])
  for (const { path, text } of files) {
    t.ok(validate(load(text)), path)
    t.match(
      text,
      /^# yaml-language-server: \$schema=(\.\.\/)+openapi\/scenario\.schema\.json$/m,
      `${path} names the schema`,
    )
  }
})
