/** Rules or scenario files that cannot be used. The message lists every mistake, one in a line. */
export class RuleError extends Error {
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.name = 'RuleError'
    this.mistakes = mistakes
  }
}
