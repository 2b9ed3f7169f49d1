import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { keyToPem, keyToPkcs1Pem, makeKeyPair } from '../protocol/keys.js'
import { expectNodeError } from '../scenarios/expect-error.js'
import { FileError } from '../server/file-error.js'
import { print } from './exit.js'
import { defaultClientId } from './option.js'

export function keygenCommand(): Command {
  return new Command('keygen')
    .description('make key pairs for Alipay+ and for the simulator, and a clients file')
    .argument('<dir>', 'where to put them; nothing in it is overwritten')
    .option('--client-id <id>', 'who is to call', defaultClientId)
    .action(async (dir: string, { clientId }: { clientId: string }) => {
      const files = await makeFiles(clientId)
      await writeNew(dir, files)
      print(`wrote ${[...files.keys()].map((name) => join(dir, name)).join(', ')}`)
      print(nextSteps(dir, clientId))
    })
}

async function makeFiles(clientId: string): Promise<Map<string, string>> {
  const [alipayplus, simulator] = await Promise.all([makeKeyPair(), makeKeyPair()])
  return new Map([
    ['alipayplus-private.pem', keyToPem(alipayplus.privateKey)],
    ['alipayplus-private-pkcs1.pem', keyToPkcs1Pem(alipayplus.privateKey)],
    ['alipayplus-public.pem', keyToPem(alipayplus.publicKey)],
    ['simulator-private.pem', keyToPem(simulator.privateKey)],
    ['simulator-public.pem', keyToPem(simulator.publicKey)],
    ['clients.yaml', clientsFile(clientId)],
  ])
}

function clientsFile(clientId: string): string {
  return `# Who may call the simulator, and with which keys. Changes come into force at once.
clients:
  - clientId: ${JSON.stringify(clientId)}
    publicKeys: { 1: alipayplus-public.pem }
    # acquirerIds: ["1022188*"]
    # pspIds: ["1022172000000000001"]
`
}

async function writeNew(dir: string, files: ReadonlyMap<string, string>): Promise<void> {
  const fail = (error: unknown): never => {
    throw new FileError(`${dir}: ${expectNodeError(error).message}`)
  }
  await mkdir(dir, { recursive: true }).catch(fail)
  const taken = (await readdir(dir).catch(fail)).filter((name) => files.has(name))
  if (taken.length > 0) throw new FileError(`${dir}: ${taken.join(', ')} would be overwritten`)
  for (const [name, text] of files)
    await writeFile(join(dir, name), text, { mode: modeOf(name), flag: 'wx' }).catch(fail)
}

/** A server of another user, as in a container, has to read what is public. */
const modeOf = (name: string) => (name.includes('private') ? 0o600 : 0o644)

function nextSteps(dir: string, clientId: string): string {
  const file = (name: string) => quote(join(dir, name))
  const who = clientId === defaultClientId ? '' : ` --client-id ${quote(clientId)}`
  return `
Serve, checking the signature of each call and signing each reply to it:
  mpp-sim serve --clients ${file('clients.yaml')} --private-key ${file('simulator-private.pem')}

Call as Alipay+ does, and verify the reply:
  mpp-sim cancel${who} --private-key ${file('alipayplus-private.pem')} --public-key ${file('simulator-public.pem')}

A key as one line of base64, as the SDKs want it:
  grep -v -e ----- ${file('alipayplus-private.pem')} | tr -d '\\n'`
}

/** Quotes a word for a shell, if needed. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
