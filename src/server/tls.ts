import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { ServerOptions } from 'node:https'
import { createSecureContext } from 'node:tls'
import { expectNodeError } from '../scenarios/expect-error.js'
import { FileError } from './file-error.js'
import { readTextFile } from './key-files.js'

/** Names of PEM files. */
export interface TlsFiles {
  tlsCert?: string | undefined
  tlsKey?: string | undefined
  /** The CA for client certificates, which are then required. */
  tlsCa?: string | undefined
}

/** What is wrong with the combination of files, if anything. `nameOf` spells an option as its user does. */
export function tlsMistake(
  { tlsCert, tlsKey, tlsCa }: TlsFiles,
  nameOf: (option: keyof TlsFiles) => string = (option) => option,
): string | undefined {
  const pair = `${nameOf('tlsCert')} and ${nameOf('tlsKey')}`
  if ((tlsCert === undefined) !== (tlsKey === undefined)) return `${pair} go together`
  return tlsCa !== undefined && tlsCert === undefined ? `${nameOf('tlsCa')} needs ${pair}` : undefined
}

/**
 * The TLS options of a server, from PEM files; `undefined` without a certificate.
 * @throws FileError that says which file is wrong, also when the key does not fit the certificate
 */
export async function readTls(files: TlsFiles): Promise<ServerOptions | undefined> {
  const { tlsCert, tlsKey, tlsCa } = files
  if (tlsCert === undefined || tlsKey === undefined) return undefined
  const [cert, key] = [await readTextFile(tlsCert, 'tlsCert'), await readTextFile(tlsKey, 'tlsKey')]
  if (!readCertificate(tlsCert, cert).checkPrivateKey(readTlsKey(tlsKey, key)))
    throw new FileError(`${tlsKey} is not the private key of the certificate ${tlsCert}`)
  checkUsable(tlsCert, { cert, key })
  if (tlsCa === undefined) return { cert, key }
  const ca = await readTextFile(tlsCa, 'tlsCa')
  readCertificate(tlsCa, ca)
  return { cert, key, ca, requestCert: true, rejectUnauthorized: true }
}

function readCertificate(path: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch (error) {
    expectNodeError(error)
    throw new FileError(`${path} is not a certificate in PEM`)
  }
}

function readTlsKey(path: string, text: string): KeyObject {
  try {
    return createPrivateKey(text)
  } catch (error) {
    expectNodeError(error)
    throw new FileError(`${path} is not a private key in PEM without a passphrase`)
  }
}

/** A certificate can be well formed but too weak for this build of OpenSSL. */
function checkUsable(path: string, options: { cert: string; key: string }): void {
  try {
    createSecureContext(options)
  } catch (error) {
    throw new FileError(`${path} cannot be used for TLS: ${expectNodeError(error).message}`)
  }
}
