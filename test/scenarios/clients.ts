import { join } from 'node:path'
import t from 'tap'
import { checkClients, keyFilesOf } from '../../src/scenarios/clients.js'
import { formatFinding } from '../../src/scenarios/finding.js'
import { readClients } from '../../src/scenarios/load-clients.js'
import { matchesPattern } from '../../src/scenarios/pattern.js'
import { makeKeyPair, privatePem, publicPem } from '../fixtures/key-pairs.js'

const pair = makeKeyPair()
const next = makeKeyPair()
const oneLine = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

function checkText(text: string, path = 'clients.yaml') {
  const { clients, errors } = checkClients({ files: [{ path, text }], errors: [] })
  return { clients, errors: errors.map(formatFinding) }
}

t.test('a client has keys from files and from the text itself, and allow-lists', async (t) => {
  const dir = t.testdir({
    keys: { 'one.pem': publicPem(pair) },
    'clients.yaml': `
clients:
  - clientId: ALIPAYPLUS
    publicKeys: { 1: keys/one.pem, 2: ${oneLine}, 10: keys/../keys/one.pem }
    acquirerIds: ["1022188*"]
    pspIds: { not: 1022172000000000009 }
  - clientId: 5
    publicKeys:
      3: |
        ${publicPem(next).trim().replaceAll('\n', '\n        ')}
`,
  })
  const sources = await readClients(join(dir, 'clients.yaml'))
  t.equal(sources.files.length, 2, 'each key file is read once')
  const { clients, errors } = checkClients(sources)
  t.same(errors, [])
  t.same([...clients.keys()], ['ALIPAYPLUS', '5'])
  const client = clients.get('ALIPAYPLUS')
  t.same([...(client?.publicKeys.keys() ?? [])], ['1', '2', '10'])
  t.ok([...(client?.publicKeys.values() ?? [])].every((key) => key.equals(pair.publicKey)))
  t.equal(client?.newestVersion, '10', 'versions are compared as numbers')
  t.ok(client?.acquirerIds && matchesPattern(client.acquirerIds, '1022188000000000001'))
  t.notOk(client?.pspIds && matchesPattern(client.pspIds, '1022172000000000009'))
  t.ok(clients.get('5')?.publicKeys.get('3')?.equals(next.publicKey))
  t.equal(clients.get('5')?.acquirerIds, undefined)
})

t.test('a clients file may be JSON', async (t) => {
  const text = JSON.stringify({ $schema: 'x', clients: [{ clientId: 'A', publicKeys: { 1: oneLine } }] })
  const { clients, errors } = checkText(text, 'clients.json')
  t.same(errors, [])
  t.ok(clients.has('A'))
})

t.test('every mistake is told with its place', async (t) => {
  const cases: [name: string, text: string, errors: string[]][] = [
    ['an empty file', '', ['clients.yaml:1:1 the file is empty; an empty list is written as rules: [] or clients: []']],
    ['not YAML', 'clients: [', ['clients.yaml:1:11 unexpected end of the stream within a flow collection']],
    [
      'a list',
      '- 1',
      [
        'clients.yaml:1:1 ["1"] is not a valid Clients file of the Alipay+ MPP simulator: expected who may call the simulator, and with which keys',
      ],
    ],
    [
      'a misspelt key',
      'client: []',
      [
        'clients.yaml:1:1 "clients" is missing in this Clients file of the Alipay+ MPP simulator',
        'clients.yaml:1:1 unknown key "client" in a Clients file of the Alipay+ MPP simulator (did you mean clients?)',
      ],
    ],
    [
      'misspelt keys of a client',
      `clients:\n  - clientid: A\n    publicKeys: { 1: ${oneLine} }\n    acquirerIDs: x`,
      [
        'clients.yaml:2:5 "clientId" is missing in this client',
        'clients.yaml:2:5 unknown key "clientid" in a client (did you mean clientId?)',
        'clients.yaml:4:5 unknown key "acquirerIDs" in a client (did you mean acquirerIds?)',
      ],
    ],
    [
      'no key',
      'clients: [{ clientId: A, publicKeys: {} }]',
      [
        'clients.yaml:1:38 {} is not a valid map of public keys by key version (1, 2, ...): expected at least one public key by its version, such as { 1: keys/alipayplus.pem }',
      ],
    ],
    [
      'a version that is no number',
      `clients: [{ clientId: A, publicKeys: { v1: ${oneLine} } }]`,
      ['clients.yaml:1:40 unknown key "v1" in a map of public keys by key version (1, 2, ...)'],
    ],
    [
      'one key without a version',
      'clients: [{ clientId: A, publicKeys: a.pem }]',
      [
        'clients.yaml:1:38 "a.pem" is not a valid map of public keys by key version (1, 2, ...): expected at least one public key by its version, such as { 1: keys/alipayplus.pem }',
      ],
    ],
    [
      'a bad pattern',
      `clients: [{ clientId: A, publicKeys: { 1: ${oneLine} }, acquirerIds: [a, /x/g] }]`,
      [`clients.yaml:1:${64 + oneLine.length} the flag "g" is not known: only i is`],
    ],
    [
      'a client twice',
      `clients:\n  - { clientId: A, publicKeys: { 1: ${oneLine} } }\n  - { clientId: A, publicKeys: { 2: ${oneLine} } }`,
      ['clients.yaml:3:17 the clientId "A" is taken by the client in line 2; more keys go under its publicKeys'],
    ],
    [
      'a private key in the text',
      `clients: [{ clientId: A, publicKeys: { 1: "${privatePem(pair).replaceAll('\n', '\\n')}" } }]`,
      ['clients.yaml:1:43 the public key 1 is a private key, where a public one belongs'],
    ],
    [
      'a file that was not read',
      'clients: [{ clientId: A, publicKeys: { 1: gone.pem } }]',
      ['clients.yaml:1:43 gone.pem was not read'],
    ],
  ]
  for (const [name, text, errors] of cases) t.same(checkText(text).errors, errors, name)
  t.match(
    checkText('{"clients": [{"clientId": 5}]}', 'clients.json').errors[1],
    'a number can lose digits, so put it in quotes',
  )
  t.match(checkText('{"clients": ', 'clients.json').errors[0], 'not JSON')
})

t.test('of any number of mistakes, some are told', async (t) => {
  const { errors } = checkText(`clients:\n${'  - { clientId: "" }\n'.repeat(500)}`)
  t.ok(errors.length > 90 && errors.length < 110, `${errors.length} were told`)
})

t.test('key files with mistakes are told at the place that names them', async (t) => {
  const dir = t.testdir({
    'private.pem': privatePem(pair),
    'weak.pem': publicPem(makeKeyPair(1024)),
    'clients.yaml':
      'clients:\n  - clientId: A\n    publicKeys:\n      1: private.pem\n      2: weak.pem\n      3: gone.pem\n',
  })
  const path = join(dir, 'clients.yaml')
  const errors = checkClients(await readClients(path)).errors.map(formatFinding)
  t.equal(errors.length, 3)
  t.equal(errors[0], `${path}:4:10 private.pem is a private key, where a public one belongs`)
  t.equal(errors[1], `${path}:5:10 weak.pem has 1024 bits; at least 2048 are needed`)
  t.ok(errors[2]?.startsWith(`${path}:6:10 gone.pem cannot be read: ENOENT`))
  t.notMatch(errors.join(), privatePem(pair).split('\n')[1], 'no key is shown')
})

t.test('a clients file that is not there is an error', async (t) => {
  const path = join(t.testdir(), 'clients.yaml')
  const { clients, errors } = checkClients(await readClients(path))
  t.equal(clients.size, 0)
  t.match(errors.map(formatFinding), [/clients\.yaml:1:1 cannot be read: ENOENT/])
  const folder = t.testdir({})
  t.match((await readClients(folder)).errors, [{ file: folder, message: /this is a folder/ }])
})

t.test('the key files of a broken clients file are those that can be made out', async (t) => {
  t.same(keyFilesOf('/a/clients.yaml', 'clients: ['), [])
  t.same(keyFilesOf('/a/clients.yaml', 'clients: 1'), [])
  t.same(
    keyFilesOf(
      '/a/clients.yaml',
      'clients: [{ clientId: A, publicKeys: { 1: ../b.pem, 2: /c.pem } }, { clientId: B }]',
    ),
    ['/b.pem', '/c.pem'],
  )
})
