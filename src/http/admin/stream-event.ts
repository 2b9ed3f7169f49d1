/** A server-sent event. */
export function formatEvent({ data, ...fields }: { id?: number; event?: string; data: object }): string {
  const lines = Object.entries({ ...fields, data: JSON.stringify(data) }).map(([name, value]) => `${name}: ${value}\n`)
  return `${lines.join('')}\n`
}
