/** Returns the error if it is of the expected kind. @throws any other error unchanged, since that is a bug */
export function expectError<E extends Error>(error: unknown, kind: abstract new (...args: never[]) => E): E {
  if (error instanceof kind) return error
  throw error
}

/** The same for errors of Node.js, such as ENOENT or those of OpenSSL, which have a code. */
export function expectNodeError(error: unknown): NodeJS.ErrnoException {
  if (isNodeError(error)) return error
  throw error
}

export function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}
