/** How deep values may be nested: what walks through them calls itself for each level. */
export const maxDepth = 100

/** Whether a parsed document is nested deeper than that. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === maxDepth || Object.values(value).some((each) => isTooDeep(each, depth + 1))
}
