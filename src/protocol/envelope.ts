import { maxResultMessageLength } from './result.js'

/** The `result` of a reply that can have these codes. */
export function resultSchema<Codes extends readonly string[]>(codes: Codes) {
  return {
    title: 'Result',
    type: 'object',
    required: ['resultCode', 'resultStatus'],
    properties: {
      resultCode: { type: 'string', maxLength: 64, enum: codes },
      resultStatus: {
        type: 'string',
        enum: ['S', 'F', 'U'],
        description: 'S: cancelled. F: refused for good. U: unknown, ask again.',
      },
      resultMessage: { type: 'string', maxLength: maxResultMessageLength },
    },
  } as const
}
