/** A scenario, clients, key or certificate file that cannot be used. The message names it. */
export class FileError extends Error {
  /** The option that named a file which cannot be read, such as `tlsCert`. */
  readonly option: string | undefined

  constructor(message: string, option?: string) {
    super(message)
    this.option = option
    this.name = 'FileError'
  }
}
