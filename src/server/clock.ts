/** How far the fine clock may stray from the system's, in milliseconds, before it is set again. */
const tolerance = 5

/** Epoch milliseconds with fractions, so that it shows which of two quick events came first. Follows the system clock. */
export function createClock(wall: () => number = Date.now): () => number {
  let origin = performance.timeOrigin
  return () => {
    const fine = origin + performance.now()
    const drift = wall() - fine
    if (Math.abs(drift) < tolerance) return fine
    origin += drift
    return fine + drift
  }
}
