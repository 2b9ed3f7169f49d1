import type { KeyObject } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { FromSchema } from 'json-schema-to-ts'
import { KeyError, looksLikeKey, readPublicKey } from '../protocol/keys.js'
import { type ClientProfile, clientProfiles } from '../protocol/profile.js'
import { checkFile } from './check.js'
import { createChecker } from './checker.js'
import { expectError } from './expect-error.js'
import { type Finding, findingAt, type Place } from './finding.js'
import { firstMistakes, type Mistake, maxMistakes } from './mistake.js'
import { compilePattern, type Pattern, PatternError } from './pattern.js'
import { patternSchema } from './schema.js'
import { parseSource, type Source, type SourceFile } from './source.js'
import type { Sources } from './sources.js'

function idSchema<Title extends string>(title: Title) {
  return { title, description: 'text of 1 to 64 characters', type: 'string', minLength: 1, maxLength: 64 } as const
}

const clientSchema = {
  title: 'client',
  description: 'a client with clientId and publicKeys',
  type: 'object',
  required: ['clientId', 'publicKeys'],
  additionalProperties: false,
  properties: {
    clientId: {
      title: 'clientId',
      description: 'text of 1 to 128 characters',
      type: 'string',
      minLength: 1,
      maxLength: 128,
    },
    publicKeys: {
      title: 'map of public keys by key version (1, 2, ...)',
      description: 'at least one public key by its version, such as { 1: keys/alipayplus.pem }',
      type: 'object',
      minProperties: 1,
      additionalProperties: false,
      patternProperties: {
        '^[1-9][0-9]{0,8}$': {
          title: 'public key',
          description: 'a PEM file, or the key itself as PEM or one line of base64 DER',
          type: 'string',
          minLength: 1,
        },
      },
    },
    acquirerIds: patternSchema,
    pspIds: patternSchema,
    namespace: {
      title: 'namespace',
      description: '1 to 64 letters, digits, _ and -',
      type: 'string',
      pattern: '^[A-Za-z0-9_-]{1,64}$',
    },
    profile: { title: 'profile', description: 'mpp or acqp', type: 'string', enum: clientProfiles },
    acquirerId: idSchema('acquirerId'),
    pspId: idSchema('pspId'),
  },
} as const

type ClientDefinition = FromSchema<typeof clientSchema>

const clientsFileSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Clients file of the Alipay+ MPP simulator',
  description: 'who may call the simulator, and with which keys',
  type: 'object',
  required: ['clients'],
  additionalProperties: false,
  properties: {
    $schema: { title: '$schema', description: 'where the schema of this file is', type: 'string' },
    clients: { title: 'clients', description: 'a list of clients', type: 'array', items: clientSchema },
  },
} as const

/** Someone who may call. */
export interface Client {
  clientId: string
  /** By key version. */
  publicKeys: ReadonlyMap<string, KeyObject>
  /** The key version that is meant where a call names none. */
  newestVersion: string
  /** What acquirerId and pspId have to match; nothing where they may be anything. */
  acquirerIds: Pattern | undefined
  pspIds: Pattern | undefined
  /** Where its calls go that do not say so themselves. */
  namespace: string | undefined
  /** Whom it takes the simulator for; nothing where that is the same for all. */
  profile: ClientProfile | undefined
  /** Who it is as an acquirer, and whom its payers pay with. */
  acquirerId: string | undefined
  pspId: string | undefined
}

/** By clientId. */
export type Clients = ReadonlyMap<string, Client>

export interface CheckedClients {
  clients: Clients
  /** With any of these, the clients are not to be used. */
  errors: readonly Finding[]
}

const clientChecker = createChecker<ClientDefinition>(clientSchema)
const outlineChecker = createChecker<{ clients: unknown[] }>({
  ...clientsFileSchema,
  properties: { ...clientsFileSchema.properties, clients: { ...clientsFileSchema.properties.clients, items: {} } },
})
const noNumberKeys: ReadonlySet<string> = new Set()

/** Checks a clients file and the key files that it names, as `readClients` gives them. Reports every mistake. */
export function checkClients(sources: Sources): CheckedClients {
  const [file] = sources.files
  if (file === undefined) return { clients: new Map(), errors: sources.errors }
  const placed: PlacedClients = new Map()
  const found = checkFile(file, noNumberKeys, (source) => checkRoot(source, sources, placed))
  const errors = firstMistakes(found, (last, message) => ({ ...last, message }))
  return { clients: new Map([...placed].map(([id, { client }]) => [id, client])), errors }
}

/** Whether a file means to be a clients file, whatever mistakes are in it. */
export function isClientsFile(file: SourceFile): boolean {
  try {
    const { value } = parseSource(file, noNumberKeys)
    return typeof value === 'object' && value !== null && 'clients' in value && !('rules' in value)
  } catch {
    return false
  }
}

/** The key files that the text of a clients file names, whatever else is wrong with it. */
export function keyFilesOf(path: string, text: string): string[] {
  const files: (string | undefined)[] = []
  checkFile({ path, text }, noNumberKeys, (source) => {
    const { value } = source
    for (const definition of outlineChecker.accepts(value) ? value.clients : [])
      if (clientChecker.accepts(definition)) for (const [, key] of keysOf(definition)) files.push(keyFile(path, key))
    return []
  })
  return [...new Set(files)].filter((file) => file !== undefined)
}

type PlacedClients = Map<string, { client: Client; place: Place }>

function checkRoot(source: Source, sources: Sources, placed: PlacedClients): Finding[] {
  const { value } = source
  if (!outlineChecker.accepts(value))
    return outlineChecker.mistakesIn(value).map((mistake) => findingAt({ source, path: [] }, mistake))
  const findings: Finding[] = []
  for (const [index, definition] of value.clients.entries()) {
    if (findings.length > maxMistakes) break
    const place = { source, path: ['clients', index] }
    for (const mistake of checkClient(definition, sources, place, placed)) findings.push(findingAt(place, mistake))
  }
  return findings
}

function checkClient(definition: unknown, sources: Sources, place: Place, placed: PlacedClients): Mistake[] {
  if (!clientChecker.accepts(definition)) return clientChecker.mistakesIn(definition)
  const mistakes: Mistake[] = []
  const { clientId, acquirerIds, pspIds, namespace, profile, acquirerId, pspId } = definition
  const publicKeys = readKeys(definition, place.source.path, sources, mistakes)
  const client = {
    clientId,
    publicKeys,
    newestVersion: String(largestOf(publicKeys.keys())),
    acquirerIds: allowList('acquirerIds', acquirerIds, mistakes),
    pspIds: allowList('pspIds', pspIds, mistakes),
    namespace,
    profile,
    acquirerId,
    pspId,
  }
  const first = placed.get(clientId)
  if (first === undefined) placed.set(clientId, { client, place })
  else mistakes.push({ path: ['clientId'], message: takenMessage(clientId, first.place) })
  return mistakes
}

function largestOf(versions: Iterable<string>): number {
  let largest = 0
  for (const version of versions) largest = Math.max(largest, Number(version))
  return largest
}

function takenMessage(clientId: string, first: Place): string {
  const { line } = findingAt(first, { path: ['clientId'], message: '' })
  return `the clientId "${clientId}" is taken by the client in line ${line}; more keys go under its publicKeys`
}

function readKeys(
  definition: ClientDefinition,
  path: string,
  sources: Sources,
  mistakes: Mistake[],
): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>()
  for (const [version, key] of keysOf(definition)) {
    try {
      keys.set(version, readPublicKey(textOfKey(key, path, sources)))
    } catch (error) {
      const name = looksLikeKey(key) ? `the public key ${version}` : key
      mistakes.push({ path: ['publicKeys', version], message: `${name} ${expectError(error, KeyError).message}` })
    }
  }
  return keys
}

function textOfKey(key: string, path: string, { files, errors }: Sources): string {
  const file = keyFile(path, key)
  if (file === undefined) return key
  const read = files.find((each) => each.path === file)
  if (read !== undefined) return read.text
  throw new KeyError(errors.find((each) => each.file === file)?.message ?? 'was not read')
}

function keysOf({ publicKeys }: ClientDefinition): [version: string, key: string][] {
  return Object.entries(publicKeys)
}

function keyFile(path: string, key: string): string | undefined {
  return looksLikeKey(key) ? undefined : resolve(dirname(path), key)
}

function allowList(
  field: 'acquirerIds' | 'pspIds',
  definition: ClientDefinition['pspIds'],
  mistakes: Mistake[],
): Pattern | undefined {
  if (definition === undefined) return undefined
  try {
    return compilePattern(definition)
  } catch (error) {
    const { path, message } = expectError(error, PatternError)
    mistakes.push({ path: [field, ...path], message })
    return undefined
  }
}
