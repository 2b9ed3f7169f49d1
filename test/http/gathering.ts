import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createGathering } from '../../src/http/payments/gathering.js'

/** What calls do, in the order in which they do it: something at once when they go on, and something after that. */
function watchCalls() {
  const done: string[] = []
  const gathered = createGathering()
  const goOn = async (name: string) => {
    await gathered()
    done.push(`${name} checks`)
  }
  const call = async (name: string) => {
    await goOn(name)
    done.push(`${name} is answered`)
  }
  return { done, call }
}

t.test('calls that arrive together all check before the first of them is answered', async (t) => {
  const { done, call } = watchCalls()
  const calls = Promise.all(['a', 'b', 'c'].map(call))
  t.strictSame(done, [])
  await calls
  t.strictSame(done.slice(0, 3), ['a checks', 'b checks', 'c checks'])
  t.equal(done.length, 6)
})

t.test('a call that arrives later does not hold up those before it', async (t) => {
  const { done, call } = watchCalls()
  const first = call('a')
  await setImmediate()
  const second = call('b')
  await first
  t.strictSame(done, ['a checks', 'a is answered'])
  await second
  t.strictSame(done.slice(2), ['b checks', 'b is answered'])
})

t.test('of a great many calls the first go on without the last, all in their order', async (t) => {
  const { done, call } = watchCalls()
  const names = Array.from({ length: 100 }, (_, n) => `${n}`)
  const calls = Promise.all(names.map(call))
  await Promise.resolve()
  t.match(done[0], '0 checks', 'at once, in the turn in which they came')
  t.ok(done.length < 100)
  await calls
  t.strictSame(
    done.filter((what) => what.endsWith('checks')),
    names.map((name) => `${name} checks`),
  )
})
