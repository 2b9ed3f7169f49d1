/** For how long a caller waits for an answer to cancelPayment, in milliseconds. */
export interface Patience {
  /** Alipay+ waits so long before it asks again. */
  least: number
  /** Who waits longer has no time-out to speak of. */
  most: number
  /** What callers are given for the way, as their clocks start and stop before and after the server's. */
  slack: number
}

export const protocolPatience: Patience = { least: 8000, most: 30_000, slack: 1000 }

/** Waiting, made shorter or longer. */
export function scalePatience({ least, most, slack }: Patience, factor: number): Patience {
  return { least: least * factor, most: most * factor, slack: slack * factor }
}
