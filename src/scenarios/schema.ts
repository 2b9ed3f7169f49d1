import type { FromSchema } from 'json-schema-to-ts'
import { maxResultMessageLength, ruleResultCodes } from '../protocol/result.js'
import { durationPattern } from './duration.js'

export const faults = [
  'connection-reset',
  'empty-reply',
  'no-reply',
  'malformed-json',
  'missing-status',
  'truncated-body',
  'slow-body',
] as const

export const signatureFlaws = ['invalid', 'missing'] as const

/** Any text, on one of the three levels of matching. */
export const patternTextSchema = {
  title: 'pattern',
  description: 'text, a glob with * and ?, or /a regular expression/',
  type: 'string',
  minLength: 1,
  maxLength: 1024,
} as const

const patternListSchema = {
  title: 'pattern list',
  description: 'a list of 1 to 10,000 patterns, any of which may match',
  type: 'array',
  minItems: 1,
  maxItems: 10_000,
  items: patternTextSchema,
} as const

export const patternSchema = {
  description: 'a pattern, a list of patterns or { not: pattern }',
  anyOf: [
    patternTextSchema,
    patternListSchema,
    {
      title: 'negated pattern',
      description: 'true where the pattern does not match',
      type: 'object',
      required: ['not'],
      additionalProperties: false,
      properties: {
        not: { description: 'a pattern or a list of patterns', anyOf: [patternTextSchema, patternListSchema] },
      },
    },
  ],
} as const

const matchSchema = {
  title: 'match',
  description: 'the fields that must match, such as { pspId: "1022*" }; leave match out to take every call',
  type: 'object',
  additionalProperties: false,
  properties: {
    acquirerId: patternSchema,
    pspId: patternSchema,
    paymentRequestId: patternSchema,
    paymentId: patternSchema,
    clientId: patternSchema,
  },
} as const

export const delaySchema = {
  description: 'a delay like 250ms, 2s, 100ms..2s or { median: 80ms, sigma: 0.4 }',
  anyOf: [
    {
      title: 'delay',
      description: 'a time like 250ms, 2s or 100ms..2s',
      type: 'string',
      pattern: `^${durationPattern}(\\.\\.${durationPattern})?$`,
    },
    {
      title: 'lognormal delay',
      description: 'most delays near the median, a few much longer',
      type: 'object',
      required: ['median', 'sigma'],
      additionalProperties: false,
      properties: {
        median: {
          title: 'duration',
          description: 'a time like 80ms or 2s',
          type: 'string',
          pattern: `^${durationPattern}$`,
        },
        sigma: { title: 'sigma', description: 'a number from 0 to 5', type: 'number', minimum: 0, maximum: 5 },
      },
    },
  ],
} as const

const resultCodeSchema = { title: 'result code', type: 'string', enum: ruleResultCodes } as const

/** A step as an object. */
export const fullStepSchema = {
  title: 'step',
  description: 'a result code, and how it is delivered',
  type: 'object',
  additionalProperties: false,
  anyOf: [{ required: ['resultCode'] }, { required: ['fault'] }],
  properties: {
    resultCode: resultCodeSchema,
    resultStatus: {
      title: 'result status',
      description: 'follows from the code; may be given, but not contradict it',
      type: 'string',
      enum: ['S', 'F', 'U'],
    },
    resultMessage: {
      title: 'result message',
      description: `text of at most ${maxResultMessageLength} characters`,
      type: 'string',
      maxLength: maxResultMessageLength,
    },
    times: {
      title: 'times',
      description: 'a whole number from 1, the number of attempts that get this step',
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000_000,
    },
    delay: delaySchema,
    fault: {
      title: 'fault',
      description: 'a failure on the wire, in place of a whole reply',
      type: 'string',
      enum: faults,
    },
    httpStatus: {
      title: 'HTTP status',
      description: 'a whole number from 200 to 599',
      type: 'integer',
      minimum: 200,
      maximum: 599,
    },
    signature: {
      title: 'signature flaw',
      description: 'a wrong signature, or none',
      type: 'string',
      enum: signatureFlaws,
    },
  },
} as const

const timesPattern = '[1-9][0-9]{0,8}'

/** What a correct caller does with the payments of a rule. */
export const expectSchema = {
  title: 'set of expectations',
  description: 'what a correct caller does, such as { attempts: 2..5, last: SUCCESS }',
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    attempts: {
      description: 'how many accepted calls a payment gets: 3, 2.. or 2..5, from 1',
      anyOf: [
        { title: 'number of attempts', description: 'a whole number from 1', type: 'integer', minimum: 1 },
        {
          title: 'number of attempts',
          description: 'a whole number from 1, or a range like 2.. or 2..5',
          type: 'string',
          pattern: `^${timesPattern}(\\.\\.(${timesPattern})?)?$`,
        },
      ],
    },
    last: resultCodeSchema,
    spacing: {
      title: 'spacing',
      description: 'a time like 1s or 1s.., which is the least, or a range like 1s..30s',
      type: 'string',
      pattern: `^${durationPattern}(\\.\\.(${durationPattern})?)?$`,
    },
    backoff: {
      title: 'value of backoff',
      description: 'true where the pauses between the attempts have to grow',
      type: 'boolean',
    },
    within: {
      title: 'duration',
      description: 'a time like 60s, from the first attempt to the last',
      type: 'string',
      pattern: `^${durationPattern}$`,
    },
  },
} as const

export const stepSchema = {
  description: 'a result code or a step such as { resultCode: SUCCESS, delay: 2s }',
  anyOf: [resultCodeSchema, fullStepSchema],
} as const

export const ruleSchema = {
  title: 'rule',
  description: 'a rule with name, match and reply',
  type: 'object',
  required: ['name', 'reply'],
  additionalProperties: false,
  properties: {
    name: {
      title: 'name',
      description: 'text of 1 to 128 characters, unique in its file',
      type: 'string',
      minLength: 1,
      maxLength: 128,
    },
    match: matchSchema,
    chance: {
      title: 'chance',
      description: 'a number from 0 to 1, the share of ids that the rule takes',
      type: 'number',
      minimum: 0,
      maximum: 1,
    },
    idempotent: {
      title: 'value of idempotent',
      description: 'true, or false for results that are neither remembered nor replayed',
      type: 'boolean',
    },
    reply: {
      description: 'a result code, a step, or a list of them, one for each attempt; the last one repeats',
      anyOf: [
        ...stepSchema.anyOf,
        {
          title: 'step list',
          description: 'a list of 1 to 1,000 steps',
          type: 'array',
          minItems: 1,
          maxItems: 1000,
          items: stepSchema,
        },
      ],
    },
    expect: expectSchema,
  },
} as const

/** One rule as its author writes it, in a scenario file or a call. */
export type RuleDefinition = FromSchema<typeof ruleSchema>
export type StepDefinition = FromSchema<typeof stepSchema>
export type PatternDefinition = FromSchema<typeof patternSchema>
/** What a correct caller does, as the author of a rule writes it. */
export type ExpectDefinition = FromSchema<typeof expectSchema>
export type DelayDefinition = FromSchema<typeof delaySchema>
export type Fault = (typeof faults)[number]
export type SignatureFlaw = (typeof signatureFlaws)[number]

export const scenarioFileSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'scenario file',
  description: 'rules: with a list of rules below it; the first one that matches a call answers it',
  type: 'object',
  required: ['rules'],
  additionalProperties: false,
  properties: {
    $schema: { title: '$schema', description: 'where the schema of this file is', type: 'string' },
    rules: { title: 'list of rules', description: 'a list of rules', type: 'array', items: ruleSchema },
  },
} as const

/** A file without a look at its rules: those are checked one by one, so that each mistake is told from its own rule. */
export const outlineSchema = {
  ...scenarioFileSchema,
  properties: {
    ...scenarioFileSchema.properties,
    rules: { ...scenarioFileSchema.properties.rules, items: {} },
  },
}
