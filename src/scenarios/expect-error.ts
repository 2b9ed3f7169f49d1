/** The error, where it is of the kind that a `catch` is for. @throws any other error as it is: that is a bug */
export function expectError<E extends Error>(error: unknown, kind: abstract new (...args: never[]) => E): E {
  if (error instanceof kind) return error
  throw error
}

/** The same for an error of Node.js, such as ENOENT or one of OpenSSL: those have a code. */
export function expectNodeError(error: unknown): NodeJS.ErrnoException {
  if (isNodeError(error)) return error
  throw error
}

export function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}
