import { randomFillSync } from 'node:crypto'

/** A 128-bit hash of an id, as four words of 32 bits. Collisions are not to be expected. */
export type Fingerprint = Uint32Array

/** Two words of 64 bits, each as its lower and its upper half. */
export type FingerprintKey = Int32Array

/** Known to nobody outside of this process, and another one in each. */
const processKey: FingerprintKey = randomFillSync(new Int32Array(4))

/** How many rounds there are behind the last word of the text, for each half of the fingerprint. */
const finalRounds = 3

/**
 * Writes the fingerprint of a text into an array that the caller owns, and returns it. It is SipHash-1-3 with 128 bits
 * over the UTF-16 units, as hash tables of other languages have it against callers who look for collisions: without the
 * key nobody can find ids that share a fingerprint, or only a part of it. JavaScript has no fast words of 64 bits, so
 * each is kept as two halves; a hash of node:crypto would take ten times as long.
 */
export function fingerprint(text: string, into: Fingerprint, key: FingerprintKey = processKey): Fingerprint {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key
  let [a, A] = [k0 ^ 0x70736575, k1 ^ 0x736f6d65]
  let [b, B] = [k2 ^ 0x6e646f6d ^ 0xee, k3 ^ 0x646f7261]
  let [c, C] = [k0 ^ 0x6e657261, k1 ^ 0x6c796765]
  let [d, D] = [k2 ^ 0x79746573, k3 ^ 0x74656462]
  const words = (text.length >> 2) + 1
  const half = words + finalRounds
  const rounds = half + finalRounds
  for (let round = 0; round < rounds; round++) {
    let [m, M] = [0, 0]
    if (round < words) {
      const at = round << 2
      // A unit behind the end is no number, and counts as 0.
      m = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16)
      M = text.charCodeAt(at + 2) | (text.charCodeAt(at + 3) << 16)
      if (round === words - 1) M = (M & 0xffff) | (text.length << 25)
    } else if (round === words) c ^= 0xee
    else if (round === half) b ^= 0xdd
    d ^= m
    D ^= M
    // a += b, c += d
    a = (a + b) | 0
    A = (A + B + (a >>> 0 < b >>> 0 ? 1 : 0)) | 0
    c = (c + d) | 0
    C = (C + D + (c >>> 0 < d >>> 0 ? 1 : 0)) | 0
    // b <<<= 13, d <<<= 16
    let t = (b << 13) | (B >>> 19)
    B = ((B << 13) | (b >>> 19)) ^ A
    b = t ^ a
    t = (d << 16) | (D >>> 16)
    D = ((D << 16) | (d >>> 16)) ^ C
    d = t ^ c
    // a <<<= 32, then a += d, c += b
    t = a
    a = (A + d) | 0
    A = (t + D + (a >>> 0 < d >>> 0 ? 1 : 0)) | 0
    c = (c + b) | 0
    C = (C + B + (c >>> 0 < b >>> 0 ? 1 : 0)) | 0
    // b <<<= 17, d <<<= 21
    t = (b << 17) | (B >>> 15)
    B = ((B << 17) | (b >>> 15)) ^ C
    b = t ^ c
    t = (d << 21) | (D >>> 11)
    D = ((D << 21) | (d >>> 11)) ^ A
    d = t ^ a
    // c <<<= 32
    t = c
    c = C
    C = t
    a ^= m
    A ^= M
    if (round === half - 1) {
      into[0] = a ^ b ^ c ^ d
      into[1] = A ^ B ^ C ^ D
    }
  }
  into[2] = a ^ b ^ c ^ d
  into[3] = A ^ B ^ C ^ D
  return into
}

export function emptyFingerprint(): Fingerprint {
  return new Uint32Array(4)
}
