/** How many signatures are kept: a few seconds of a busy server, whose replies are alike but for the second. */
const maxKept = 512

/**
 * Makes each signature once. RSA256 is deterministic and Response-Time has whole seconds, so the same reply to the
 * same client, within a second, has the same signature; calls that arrive while it is being made wait for it.
 */
export function createSignatureCache<T>(make: (content: string) => Promise<T>): (content: string) => Promise<T> {
  const kept = new Map<string, Promise<T>>()
  return (content) => {
    const known = kept.get(content)
    if (known !== undefined) return known
    const made = make(content)
    kept.set(content, made)
    const [oldest = content] = kept.keys()
    if (kept.size > maxKept) kept.delete(oldest)
    return made
  }
}
