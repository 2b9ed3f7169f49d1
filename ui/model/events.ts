/** A server-sent event. */
export interface ServerEvent {
  event: string
  id: string | undefined
  data: string
}

/** Reads the events of a stream, chunk by chunk. Comments and unknown fields are passed over. */
export function createEventReader(): (chunk: string) => ServerEvent[] {
  let rest = ''
  return (chunk) => {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    return blocks.flatMap((block) => eventIn(block) ?? [])
  }
}

function eventIn(block: string): ServerEvent | undefined {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? []
    fields.set(name, value)
  }
  const data = fields.get('data')
  if (data === undefined) return undefined
  return { event: fields.get('event') ?? 'message', id: fields.get('id'), data }
}
