/** A 128-bit hash of an id, as four words of 32 bits. Collisions are not to be expected. */
export type Fingerprint = Uint32Array

/**
 * Writes the fingerprint of a text into an array that the caller owns, and returns it. Each word is a hash of its own:
 * odd multipliers spread bits upwards, shifts downwards, as in MurmurHash. A hash of node:crypto would take a tenth of
 * a call.
 */
export function fingerprint(text: string, into: Fingerprint): Fingerprint {
  let [a, b, c, d] = [0x9e3779b9, 0x7f4a7c15, 0xf39cc060, 0x5cedc834]
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    a = Math.imul(a ^ letter, 0x85ebca6b)
    a ^= a >>> 15
    b = Math.imul(b ^ letter, 0xc2b2ae35)
    b ^= b >>> 13
    c = Math.imul(c ^ letter, 0x27d4eb2f)
    c ^= c >>> 16
    d = Math.imul(d ^ letter, 0x165667b1)
    d ^= d >>> 14
  }
  into[0] = a
  into[1] = b
  into[2] = c
  into[3] = d
  return into
}

export function emptyFingerprint(): Fingerprint {
  return new Uint32Array(4)
}
