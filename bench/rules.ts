import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The start of the ids that reach the last rule, and no other. */
export const lastRulePrefix = 'last-'

export type Mix = 'mixed' | 'exact'
export type Form = 'json' | 'yaml'

export interface RuleFile {
  rules: number
  mix: Mix
  form: Form
}

/** Writes a scenario file into the folder. The rules before the last one match no call of the bench. */
export async function writeRules(folder: string, { rules, mix, form }: RuleFile): Promise<string> {
  const file = join(folder, `${rules}-${mix}.${form}`)
  const patterns = Array.from({ length: rules }, (_, index) =>
    index === rules - 1 ? `${lastRulePrefix}*` : patternOf(index, mix),
  )
  await writeFile(file, form === 'json' ? toJson(patterns) : toYaml(patterns))
  return file
}

/** Exact ids, prefixes, globs and regular expressions by turns. */
function patternOf(index: number, mix: Mix): string {
  const patterns = [`id-${index}`, `id-${index}-*`, `id-${index}-?-*-end`, `/^id-${index}-[0-9]+$/`]
  return patterns[mix === 'exact' ? 0 : index % patterns.length] ?? ''
}

function toJson(patterns: readonly string[]): string {
  const rules = patterns.map((paymentRequestId, index) => ({
    name: `rule ${index}`,
    match: { paymentRequestId },
    reply: 'SUCCESS',
  }))
  return JSON.stringify({ rules })
}

function toYaml(patterns: readonly string[]): string {
  const rules = patterns.map(
    (pattern, index) =>
      `  - name: rule ${index}\n    match: { paymentRequestId: ${JSON.stringify(pattern)} }\n    reply: SUCCESS\n`,
  )
  return `rules:\n${rules.join('')}`
}
