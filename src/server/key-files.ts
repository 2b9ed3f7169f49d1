import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { KeyError, type KeyPair, readPrivateKey, readPublicKey } from '../protocol/keys.js'
import { expectError, expectNodeError } from '../scenarios/expect-error.js'
import { FileError } from './file-error.js'

/** @throws FileError that says what is wrong with it */
export function readPrivateKeyFile(path: string): Promise<KeyObject> {
  return readKeyFile(path, readPrivateKey, 'privateKey')
}

/** @throws FileError that says what is wrong with it */
export function readPublicKeyFile(path: string): Promise<KeyObject> {
  return readKeyFile(path, readPublicKey, 'publicKey')
}

/**
 * The pair that signs replies, from the file of its private key; `undefined` without a path.
 * @throws FileError that says what is wrong with it
 */
export async function readOwnKey(path: string | undefined): Promise<KeyPair | undefined> {
  if (path === undefined) return undefined
  const privateKey = await readPrivateKeyFile(path)
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

async function readKeyFile(path: string, read: (text: string) => KeyObject, option: string): Promise<KeyObject> {
  const text = await readTextFile(path, option)
  try {
    return read(text)
  } catch (error) {
    throw new FileError(`${path} ${expectError(error, KeyError).message}`)
  }
}

/** `option` is what named the file. @throws FileError when it cannot be read */
export async function readTextFile(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new FileError(`${path} cannot be read: ${expectNodeError(error).message}`, option)
  }
}
