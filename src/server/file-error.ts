/** A file that cannot be used: scenarios, clients, a key or a certificate. The message names it. */
export class FileError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FileError'
  }
}
