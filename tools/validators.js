// Prints TypeScript that tells whether a value satisfies a schema, made by AJV ahead of time: to load AJV and to
// compile the schemas at each start would take longer than all the rest of the start.
//
//   node tools/validators.js dist rule > src/scenarios/valid-rule.generated.ts
import { Ajv } from 'ajv'
import ucs2length from 'ajv/dist/runtime/ucs2length.js'
import standalone from 'ajv/dist/standalone/index.js'

const targets = {
  rule: {
    modules: ['scenarios/schema.js'],
    validators: { isValidRule: 'ruleSchema', isValidOutline: 'outlineSchema' },
    parts: ['patternSchema', 'stepSchema', 'fullStepSchema', 'delaySchema'],
  },
  call: {
    modules: ['protocol/cancel-payment.js', 'protocol/acqp.js', 'protocol/ams.js'],
    validators: {
      isValidCall: 'cancelPaymentRequestSchema',
      isValidAcqpCall: 'acqpCancelPaymentRequestSchema',
      isValidAmsCall: 'amsCancelRequestSchema',
    },
    parts: [],
  },
}

const [folder = '', name = ''] = process.argv.slice(2)
const { modules, parts, validators } = targets[name]
const loaded = await Promise.all(modules.map((module) => import(`../${folder}/${module}`)))
const schemas = Object.assign({}, ...loaded)

/** A schema without what is only for people, and with a reference to each part that it shares with others. */
function compact(value, key) {
  if (typeof value !== 'object' || value === null) return value
  const part = parts.find((each) => schemas[each] === value)
  if (part !== undefined && part !== key) return { $ref: part }
  if (Array.isArray(value)) return value.map((item) => compact(item))
  const kept = Object.entries(value).filter(([name]) => !['title', 'description', 'examples'].includes(name))
  return Object.fromEntries(kept.map(([name, inner]) => [name, compact(inner)]))
}

const ajv = new Ajv({
  strictTypes: false,
  validateSchema: false,
  messages: false,
  inlineRefs: false,
  code: { esm: true, source: true },
})
for (const part of parts) ajv.addSchema(compact(schemas[part], part), part)
for (const schema of Object.values(validators)) ajv.addSchema(compact(schemas[schema]), schema)
const code = standalone
  .default(ajv, validators)
  .replace('"use strict";', '')
  // Its source, not an import: tools that load ES modules otherwise than Node see another default of a CommonJS file.
  .replace(/require\("ajv\/dist\/runtime\/ucs2length"\)\.default/, () => ucs2length.default.toString())

process.stdout.write(`// @ts-nocheck
// Made by AJV from ${Object.values(validators).join(' and ')}; npm run generate writes it anew.
/* c8 ignore start - this is AJV's code, as test/generated.ts asserts, and tested there */
${code}
`)
