/** A scenario, clients, key or certificate file that cannot be used. The message names it. */
export class FileError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FileError'
  }
}
