import fc from 'fast-check'
import t from 'tap'
import { compileRule } from '../../src/scenarios/compile.js'
import { compileDelay, drawDelay, maxDelay } from '../../src/scenarios/delay.js'
import { createMemoryStore } from '../../src/simulator/memory/store.js'
import { createSimulator } from '../../src/simulator/simulator.js'

const parts = fc.array(fc.string(), { minLength: 1, maxLength: 4 })

function draws(definition: Parameters<typeof compileDelay>[0], count = 2000): number[] {
  const delay = compileDelay(definition)
  return Array.from({ length: count }, (_, n) => drawDelay(delay, 'seed', `${n}`)).sort((a, b) => a - b)
}

t.test('a fixed delay is always the same', async (t) => {
  fc.assert(fc.property(parts, (each) => drawDelay(compileDelay('1.5s'), ...each) === 1500))
  t.pass()
})

t.test('a delay depends on nothing but its definition, the seed and the names', async (t) => {
  const definitions = fc.constantFrom('0ms..1000s', { median: '1s', sigma: 2 })
  fc.assert(
    fc.property(definitions, parts, (definition, each) => {
      const [first, second] = [compileDelay(definition), compileDelay(definition)]
      return drawDelay(first, ...each) === drawDelay(second, ...each)
    }),
  )
  t.pass()
})

t.test('uniform delays stay between their ends, and fill what is between', async (t) => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), parts, (from, width, each) => {
      const drawn = drawDelay(compileDelay(`${from}ms..${from + width}ms`), ...each)
      return drawn >= from && drawn <= from + width && Number.isInteger(drawn)
    }),
  )
  const drawn = draws('100ms..200ms')
  t.equal(drawn[0], 100)
  t.equal(drawn.at(-1), 200)
  t.ok(Math.abs((drawn[1000] ?? 0) - 150) < 5, `median ${drawn[1000]}`)
})

t.test('lognormal delays lie around their median, as wide as sigma says', async (t) => {
  const [low = 0, middle = 0, high = 0] = [0.159, 0.5, 0.841].map(
    (share) => draws({ median: '1s', sigma: 0.4 })[share * 2000],
  )
  t.ok(Math.abs(middle - 1000) < 50, `median ${middle}`)
  t.ok(Math.abs(Math.log(high / middle) - 0.4) < 0.05, `upper ${high}`)
  t.ok(Math.abs(Math.log(middle / low) - 0.4) < 0.05, `lower ${low}`)
})

t.test('a delay that ends before it starts, or is longer than an hour, is refused', async (t) => {
  t.throws(() => compileDelay('2s..1s'), /ends before it starts/)
  t.throws(() => compileDelay('3601s'), /longer than an hour; fault: no-reply never ends/)
  t.throws(() => compileDelay({ median: '3600001ms', sigma: 0 }), /longer than an hour/)
})

t.test('no delay is longer than the longest, however wide sigma is', async (t) => {
  const drawn = draws({ median: '3000s', sigma: 5 })
  t.equal(drawn.at(-1), maxDelay)
  t.ok(drawn.every((each) => Number.isInteger(each) && each >= 0))
})

t.test('a run can be repeated: the same seed gives each attempt the same delay, another seed others', async (t) => {
  const reply = { resultCode: 'UNKNOWN_EXCEPTION', delay: '0ms..3600s' }
  const rule = compileRule({ name: 'late', reply }, (name) => name, [])
  const run = async (seed: string) => {
    const simulator = createSimulator({ rules: rule === undefined ? [] : [rule], store: createMemoryStore(), seed })
    const ids = ['a', 'a', 'a', 'b', 'b']
    const calls = ids.map((id) => ({ acquirerId: '1', pspId: '2', paymentRequestId: id, clientId: undefined }))
    return Promise.all(calls.map(async (call) => (await simulator.cancelPayment(call)).delayMs))
  }
  const first = await run('one')
  t.equal(new Set(first).size, 5, 'attempts and ids differ')
  t.strictSame(await run('one'), first)
  t.notSame(await run('two'), first)
})

t.test('a slow body takes 5 s unless told otherwise; other steps do not wait', async (t) => {
  const simulatorOf = (reply: unknown) => {
    const rule = compileRule({ name: 'rule', reply }, (name) => name, [])
    return createSimulator({ rules: rule === undefined ? [] : [rule], store: createMemoryStore(), seed: '' })
  }
  const call = { acquirerId: '1', pspId: '2', paymentRequestId: '3', clientId: undefined }
  const delayOf = async (reply: unknown) => (await simulatorOf(reply).cancelPayment(call)).delayMs
  t.equal(await delayOf({ fault: 'slow-body' }), 5000)
  t.equal(await delayOf({ fault: 'slow-body', delay: '2s' }), 2000)
  t.equal(await delayOf({ fault: 'no-reply' }), 0)
  t.equal(await delayOf('SUCCESS'), 0)
})
