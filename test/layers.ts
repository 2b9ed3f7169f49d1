import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'

const rooms = ['protocol', 'scenarios', 'simulator', 'http']

/** 0 is the leftmost room; the door, everything outside of the rooms, stands right of them all. */
function roomOf(file: string): number {
  const room = rooms.indexOf(file.split('/')[1] ?? '')
  return room === -1 ? rooms.length : room
}

function importsOf(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'([^']+)'/g)
  return [...specifiers].map(([, specifier = '']) => specifier)
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name))

t.ok(files.length > 20, 'the source is found')

t.test('no file imports from a room to its right', async (t) => {
  for (const file of files)
    for (const specifier of importsOf(file).filter((each) => each.startsWith('.'))) {
      const target = join(dirname(file), specifier)
      t.ok(roomOf(target) <= roomOf(file), `${file} imports ${target}`)
    }
})

t.test('only the http room and the door know Fastify', async (t) => {
  const inner = files.filter((file) => roomOf(file) < rooms.indexOf('http'))
  for (const file of inner)
    t.notOk(
      importsOf(file).some((each) => each.includes('fastify')),
      file,
    )
})

t.test('the protocol imports nothing from outside but node:crypto and types', async (t) => {
  for (const file of files.filter((each) => roomOf(each) === 0))
    for (const specifier of importsOf(file).filter((each) => !each.startsWith('.')))
      t.ok(['node:crypto', 'json-schema-to-ts'].includes(specifier), `${file} imports ${specifier}`)
})
