/** A syntax error in JSON. */
export interface JsonMistake {
  offset: number
  expected: string
}

const scalar =
  '"(?:[^"\\\\\\u0000-\\u001f]|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null'
const token = new RegExp(`[ \\t\\r\\n]*(?:([{}[\\],:])|(${scalar})|())`, 'y')

type State = 'value' | 'first item' | 'first key' | 'key' | 'colon' | 'after item' | 'after entry' | 'end'

const expectations: Record<State, string> = {
  value: 'a value',
  'first item': 'a value or ]',
  'first key': 'a key in double quotes or }',
  key: 'a key in double quotes',
  colon: 'a colon',
  'after item': 'a comma or ]',
  'after entry': 'a comma or }',
  end: 'the end of the file',
}

/** The first syntax error in a JSON text. The message of JSON.parse does not always have its offset. */
export function findJsonMistake(text: string): JsonMistake | undefined {
  const open: string[] = []
  let state: State = 'value'
  token.lastIndex = 0
  for (;;) {
    // The token may be empty, so it always matches.
    const [whole, mark, value] = token.exec(text) as RegExpExecArray
    const symbol = mark ?? (value === undefined ? '' : value.startsWith('"') ? 'text' : 'scalar')
    const next = follow(state, symbol, open)
    if (next !== undefined) state = next
    else if (state === 'end' && symbol === '' && token.lastIndex === text.length) return undefined
    else return { offset: token.lastIndex - whole.trimStart().length, expected: expectations[state] }
  }
}

/** The state after a symbol; `undefined` if the symbol is not allowed there. Updates the stack of open brackets. */
function follow(state: State, symbol: string, open: string[]): State | undefined {
  const closer = open.at(-1)
  switch (state) {
    case 'value':
      return startValue(symbol, open)
    case 'first item':
      return symbol === ']' ? close(open) : startValue(symbol, open)
    case 'first key':
      return symbol === '}' ? close(open) : follow('key', symbol, open)
    case 'key':
      return symbol === 'text' ? 'colon' : undefined
    case 'colon':
      return symbol === ':' ? 'value' : undefined
    case 'after item':
      return symbol === ',' ? 'value' : symbol === closer ? close(open) : undefined
    case 'after entry':
      return symbol === ',' ? 'key' : symbol === closer ? close(open) : undefined
    case 'end':
      return undefined
  }
}

function startValue(symbol: string, open: string[]): State | undefined {
  if (symbol === 'text' || symbol === 'scalar') return afterValue(open)
  if (symbol !== '[' && symbol !== '{') return undefined
  open.push(symbol === '[' ? ']' : '}')
  return symbol === '[' ? 'first item' : 'first key'
}

function close(open: string[]): State {
  open.pop()
  return afterValue(open)
}

function afterValue(open: readonly string[]): State {
  const closer = open.at(-1)
  return closer === undefined ? 'end' : closer === ']' ? 'after item' : 'after entry'
}
