/** How far the fine clock may drift from the system clock, in milliseconds, before it is reset. */
const tolerance = 5

/** A clock in epoch milliseconds with fractions, so that events get an order. It follows the system clock. */
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
