const mistake = {
  type: 'object',
  properties: {
    detail: { type: 'string' },
    pointer: { type: 'string', description: 'Where in the body: a JSON pointer, such as #/match/pspId.' },
    parameter: { type: 'string', description: 'Which query parameter.' },
  },
  required: ['detail'],
} as const

const problemSchema = {
  title: 'Problem',
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: { type: 'array', items: mistake, description: 'Every mistake, not the first.' },
  },
} as const

/** The schema of a response with a problem document. */
export function problemResponse(description: string) {
  return { description, content: { 'application/problem+json': { schema: problemSchema } } }
}

/** The schema of a response without a body. */
export const noContent = { description: 'Done.', type: 'null' } as const
