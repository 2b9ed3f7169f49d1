import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'

/** Arguments that are spread, each from a list that is short whatever users send. */
const short = [
  // A delay draws from a seed, a rule, an id and an attempt.
  'src/scenarios/delay.ts ...parts',
  // A channel for each namespace that is followed, of which there are few.
  'src/simulator/redis/pubsub.ts ...listeners.keys()',
  // The two ids of a call.
  'src/http/payments/call.ts ...ids',
  // Nothing but a code and a reason.
  'src/http/errors.ts ...(refusals[error.code] ?? unforeseen)',
  'src/cli/explain-text.ts ...misses.slice(0, shownMisses).map(missText)',
  // The result codes.
  'src/cli/report-text.ts ...resultCodes.map(({ length }) => length)',
]

function spreadArgumentsIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node))
      for (const argument of node.arguments ?? [])
        if (ts.isSpreadElement(argument)) found.push(`${file} ${argument.getText()}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

// Each argument takes room on the stack: about 120,000 of them end in a RangeError.
t.test('no list that users can make long is spread over the arguments of a call', async (t) => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const found = files.flatMap((name) => spreadArgumentsIn(join('src', name)))
  t.strictSame([...new Set(found)].sort(), short.toSorted())
})
