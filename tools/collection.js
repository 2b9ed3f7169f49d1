// Prints the requests of openapi/openapi.json, and one for each rule of scenarios/20-unhappy-paths.yaml, for people to
// send: as a Postman collection, or as an .http file for the editors of JetBrains and the REST Client of VS Code.
//
//   node tools/collection.js postman > openapi/mpp-sim.postman_collection.json
//   node tools/collection.js http > openapi/mpp-sim.http
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { load } from 'js-yaml'
import converter from 'openapi-to-postmanv2'

const baseUrl = 'http://127.0.0.1:8080'
const pathValues = { id: 'runtime/late', paymentRequestId: 'LOST-1' }

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const openapi = JSON.parse(read('openapi/openapi.json'))
const { rules: unhappyPaths } = load(read('scenarios/20-unhappy-paths.yaml'))

/** An operation under a second path is the same operation. */
function withoutAliases({ paths, ...rest }) {
  const seen = new Set()
  const isNew = ([, methods]) => Object.values(methods).some(({ summary }) => !seen.has(summary) && seen.add(summary))
  return { ...rest, paths: Object.fromEntries(Object.entries(paths).filter(isNew)) }
}

async function convert(document) {
  const options = { parametersResolution: 'Example', folderStrategy: 'Tags' }
  const { result, reason, output } = await promisify(converter.convertV2)({ type: 'json', data: document }, options)
  if (!result) throw new Error(reason)
  return output[0].data
}

/** What the converter makes up, ids and values, differs from run to run: a reader fills in what is wanted. */
function clean({ name, request }) {
  const { url, header = [], description, body, method } = request
  return {
    name,
    request: {
      method,
      ...(description && { description: description.content }),
      header: header.map(({ key, value }) => ({
        key,
        value,
        ...(value === 'string' && { value: '', disabled: true }),
      })),
      url: {
        raw: ['{{baseUrl}}', ...url.path].join('/'),
        host: url.host,
        path: url.path,
        query: url.query.map(({ key, description: { content } }) => ({
          key,
          value: '',
          description: content.trim(),
          disabled: true,
        })),
        variable: url.variable.map(({ key }) => ({ key, value: pathValues[key] })),
      },
      ...(body?.raw && { body }),
    },
  }
}

function operationOf({ name, request }) {
  return Object.values(openapi.paths)
    .map((methods) => methods[request.method.toLowerCase()])
    .find((each) => each?.summary === name)
}

function examplesOf(message) {
  return Object.entries(message?.content['application/json']?.examples ?? {})
}

function withBody(item, name, value) {
  const { request } = item
  return { ...item, name, request: { ...request, body: { ...request.body, raw: JSON.stringify(value, null, 2) } } }
}

/** An operation with named examples is a folder of those that have a named reply; the others are unhappy paths. */
function expand(item) {
  const { requestBody, responses } = operationOf(item)
  const requests = examplesOf(requestBody)
  if (requests.length < 2) return [item]
  const replies = Object.fromEntries(examplesOf(responses[200]))
  const answered = requests.filter(([name]) => name in replies)
  const named = answered.map(([name, { value }]) => withReply(withBody(item, name, value), replies[name].value))
  return [{ name: item.name, item: named }]
}

function withReply(item, value) {
  const header = [{ key: 'Content-Type', value: 'application/json' }]
  const body = JSON.stringify(value, null, 2)
  const reply = { name: item.name, originalRequest: item.request, status: 'OK', code: 200, header, body }
  return { ...item, response: [{ ...reply, _postman_previewlanguage: 'json' }] }
}

/** What goes wrong between two servers: a request for each rule that is shipped for it. */
function unhappy(item) {
  const [[, { value }]] = examplesOf(operationOf(item).requestBody)
  return unhappyPaths.map(({ name, match }) => {
    const paymentRequestId = match.paymentRequestId.replace('*', '1')
    return withBody(item, `${paymentRequestId}: ${name}`, { ...value, paymentRequestId })
  })
}

async function makeCollection() {
  const { info, item: folders } = await convert(withoutAliases(openapi))
  const [payments, ...others] = folders.map(({ name, item }) => ({ name, item: item.map(clean) }))
  const [cancel] = payments.item
  return {
    info: { name: info.name, schema: info.schema, description: info.description.content },
    variable: [{ key: 'baseUrl', value: baseUrl }],
    item: [
      { name: payments.name, item: payments.item.flatMap(expand) },
      { name: 'Unhappy paths', item: unhappy(cancel) },
      ...others,
    ],
  }
}

function requestsIn({ item, request, name }) {
  return request ? [{ name, ...request }] : item.flatMap(requestsIn)
}

function toHttp({ name, method, url, header, body }) {
  const path = url.path.map((part) => (part.startsWith(':') ? pathValues[part.slice(1)] : part)).join('/')
  const headers = header.filter(({ disabled }) => !disabled).map(({ key, value }) => `${key}: ${value}`)
  const head = [`### ${name}`, `${method} {{baseUrl}}/${path}`, ...headers].join('\n')
  return body ? `${head}\n\n${body.raw}\n` : `${head}\n`
}

const collection = await makeCollection()
const formats = {
  postman: () => `${JSON.stringify(collection, null, 2)}\n`,
  http: () => [`@baseUrl = ${baseUrl}\n`, ...requestsIn(collection).map(toHttp)].join('\n'),
}
process.stdout.write(formats[process.argv[2]]())
