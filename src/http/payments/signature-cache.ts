/** How many signatures are kept: a few seconds of a busy server, whose replies are alike but for the second. */
const maxKept = 512

/**
 * Makes each signature once. RSA256 is deterministic and Response-Time has whole seconds, so the same reply to the
 * same client, within a second, has the same signature; calls that arrive while it is being made wait for it. Messages of the
 * same name are the same. One that could not be made is tried again.
 */
export function createSignatureCache<M, T>(make: (message: M) => Promise<T>): (name: string, message: M) => Promise<T> {
  const kept = new Map<string, Promise<T>>()
  return (name, message) => {
    const known = kept.get(name)
    if (known !== undefined) return known
    const made = make(message)
    kept.set(name, made)
    made.catch(() => kept.delete(name))
    const [oldest = name] = kept.keys()
    if (kept.size > maxKept) kept.delete(oldest)
    return made
  }
}
