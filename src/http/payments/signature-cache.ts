/** The number of signatures kept: enough for a few seconds of a busy server, whose replies differ by the second. */
const maxKept = 512

/**
 * Makes each signature once. RSA256 is deterministic and Response-Time has whole seconds, so equal replies to the same
 * client within a second have the same signature. Calls that arrive while it is being made wait for it. Messages with
 * the same name are the same message. A failed signature is not cached.
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
