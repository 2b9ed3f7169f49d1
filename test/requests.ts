import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { type ResultCode, startSimulator } from '../src/index.js'
import { runPlain } from './fixtures/cli.js'

const files = {
  postman: 'openapi/mpp-sim.postman_collection.json',
  http: 'openapi/mpp-sim.http',
}

interface Call {
  name: string
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

interface Item {
  name: string
  item?: Item[]
  response?: { body: string }[]
  request?: {
    method: string
    url: { path: string[]; variable: { key: string; value: string }[] }
    header: { key: string; value: string; disabled?: boolean }[]
    body?: { raw: string }
  }
}

const collection: { variable: { value: string }[]; item: Item[] } = JSON.parse(readFileSync(files.postman, 'utf8'))
const [payments, unhappyPaths, control] = collection.item
const [, ...blocks] = readFileSync(files.http, 'utf8').split(/^### /m)

function callsIn({ name, item = [], request }: Item): Call[] {
  if (request === undefined) return item.flatMap(callsIn)
  const { method, url, header, body } = request
  const values = new Map(url.variable.map(({ key, value }) => [`:${key}`, value]))
  const sent = header.filter(({ disabled }) => !disabled)
  return [
    {
      name,
      method,
      path: `/${url.path.map((part) => values.get(part) ?? part).join('/')}`,
      headers: Object.fromEntries(sent.map(({ key, value }) => [key, value])),
      ...(body && { body: body.raw }),
    },
  ]
}

function callIn(block: string): Call {
  const [head = '', ...body] = block.trim().split('\n\n')
  const [name = '', line = '', ...headers] = head.split('\n')
  const [method = '', target = ''] = line.split(' ')
  return {
    name,
    method,
    path: target.replace('{{baseUrl}}', ''),
    headers: Object.fromEntries(headers.map((header) => header.split(': '))),
    ...(body.length > 0 && { body: body.join('\n\n') }),
  }
}

const callsOf = (folder: Item | undefined) => (folder === undefined ? [] : callsIn(folder))

async function start(t: Test) {
  const mpp = await startSimulator({ scenarios: ['scenarios'] })
  t.teardown(() => mpp.close())
  const send = ({ path, ...init }: Call, signal: AbortSignal | null = null) =>
    fetch(mpp.url + path, { ...init, signal })
  return { mpp, send }
}

for (const [format, file] of Object.entries(files))
  t.test(`${file} is what the OpenAPI document makes; npm run generate writes it anew`, async (t) => {
    const { stdout } = await runPlain([process.execPath, 'tools/collection.js', format])
    t.equal(readFileSync(file, 'utf8'), stdout)
  })

t.test('the .http file has the requests of the Postman collection', async (t) => {
  t.strictSame(blocks.map(callIn), collection.item.flatMap(callsIn))
})

t.test('each request named for a result code gets it, with the reply that is saved beside it', async (t) => {
  const { send } = await start(t)
  const named = payments?.item?.find(({ name }) => name === 'Cancel a payment')
  const codes = new Set<ResultCode>()
  for (const item of named?.item ?? []) {
    const [call] = callsIn(item)
    if (call === undefined) continue
    const reply = (await (await send(call)).json()) as { result: { resultCode: ResultCode } }
    t.equal(reply.result.resultCode, item.name)
    t.strictSame(reply, JSON.parse(item.response?.[0]?.body ?? ''))
    codes.add(reply.result.resultCode)
  }
  t.equal(codes.size, 13)
})

t.test('each request of the unhappy paths meets the rule that it is named for', async (t) => {
  const { mpp } = await start(t)
  const calls = callsOf(unhappyPaths)
  for (const { name, body = '' } of calls) {
    const { rule } = await mpp.explain(JSON.parse(body))
    const [id = '', title] = name.split(': ')
    t.equal(rule, `20-unhappy-paths/${title}`)
    t.match(body, `"${id}"`)
  }
  t.ok(calls.length >= 7, 'they are found')
})

t.test('each request to the control API is answered as the OpenAPI document says', async (t) => {
  const { send } = await start(t)
  const { paths } = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'))
  for (const [index, call] of callsOf(control).entries()) {
    const reading = new AbortController()
    const { status } = await send(call, reading.signal)
    reading.abort()
    const path = `/${control?.item?.[index]?.request?.url.path.map((part) => part.replace(/^:(.*)/, '{$1}')).join('/')}`
    const documented = Object.keys(paths[path][call.method.toLowerCase()].responses)
    t.ok(documented.includes(String(status)), `${call.method} ${path}: ${status} of ${documented}`)
  }
})
