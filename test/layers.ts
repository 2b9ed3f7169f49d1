import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'

/** From left to right. The two faces, library and cli, stand beside each other; src/*.ts are their entry points. */
const rooms = ['protocol', 'scenarios', 'simulator', 'http', 'server', 'library', 'cli']
const faces = ['library', 'cli']

function roomOf(file: string): string {
  const [, room = '', inside] = file.split('/')
  if (inside === undefined) return 'entry point'
  return room
}

/** A room may import itself and those to its left. No face imports the other. */
function mayImport(from: string, target: string): boolean {
  if (from === 'entry point') return faces.includes(target) || ['protocol', 'server'].includes(target)
  if (faces.includes(from) && faces.includes(target)) return from === target
  return rooms.indexOf(target) !== -1 && rooms.indexOf(target) <= rooms.indexOf(from)
}

function importsOf(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'([^']+)'/g)
  return [...specifiers].map(([, specifier = '']) => specifier)
}

function targetsOf(file: string): string[] {
  const own = importsOf(file).filter((specifier) => specifier.startsWith('.'))
  return own.map((specifier) => join(dirname(file), specifier).replace(/\.js$/, '.ts'))
}

/** Files that import each other, as a list that starts and ends with the same file; nothing where there are none. */
function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  function visit(file: string, path: readonly string[]): string[] | undefined {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const target of graph.get(file) ?? []) {
      const circle = visit(target, [...path, file])
      if (circle !== undefined) return circle
    }
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const circle = visit(file, [])
    if (circle !== undefined) return circle
  }
  return undefined
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name))
const graph = new Map(files.map((file) => [file, targetsOf(file)]))

t.test('every file stands in a room, or is an entry point', async (t) => {
  for (const file of files) t.ok(['entry point', ...rooms].includes(roomOf(file)), file)
  t.strictSame(files.filter((file) => roomOf(file) === 'entry point').sort(), ['src/cli.ts', 'src/index.ts'])
  for (const room of rooms)
    t.ok(
      files.some((file) => roomOf(file) === room),
      `${room} has files`,
    )
})

t.test('no file imports from a room to its right, and no face from the other', async (t) => {
  for (const [file, targets] of graph)
    for (const target of targets) t.ok(mayImport(roomOf(file), roomOf(target)), `${file} imports ${target}`)
})

t.test('no files import each other in a circle', async (t) => {
  t.equal(findCircle(graph)?.join(' -> '), undefined)
  t.strictSame(
    findCircle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
    ['b', 'c', 'b'],
    'a circle would be found',
  )
})

t.test('Fastify is unknown to the rooms left of http', async (t) => {
  for (const file of files.filter((file) => ['protocol', 'scenarios', 'simulator'].includes(roomOf(file))))
    t.notOk(
      importsOf(file).some((each) => each.includes('fastify')),
      file,
    )
})

t.test('the protocol imports nothing from outside but node:crypto, promisify and types', async (t) => {
  for (const file of files.filter((each) => roomOf(each) === 'protocol'))
    for (const specifier of importsOf(file).filter((each) => !each.startsWith('.')))
      t.ok(['node:crypto', 'node:util', 'json-schema-to-ts'].includes(specifier), `${file} imports ${specifier}`)
})
