import t from 'tap'
import { createTally, durationBuckets } from '../../src/http/metrics/tally.js'
import { resultOf } from '../../src/protocol/result.js'

const answer = {
  result: resultOf('SUCCESS'),
  delivery: { httpStatus: 200, delayMs: 0, fault: undefined, signature: undefined },
  replayed: false,
  reason: '',
  rule: undefined,
  expect: undefined,
  attempt: 1,
  profile: 'mpp' as const,
  call: undefined,
  fields: undefined,
}

t.test('durations fall into the first bucket that holds them, and behind the last one', async (t) => {
  const tally = createTally()
  for (const milliseconds of [0, 1, 1.5, 10_000, 10_001]) tally.count(answer, milliseconds)
  const { buckets, sum } = tally.durations()
  t.equal(buckets.length, durationBuckets.length + 1)
  t.same([buckets[0], buckets[1], buckets.at(-2), buckets.at(-1)], [2, 1, 1, 1])
  t.equal(sum, 20_003.5)
})
