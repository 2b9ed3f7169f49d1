// What the runner of GitHub Actions and an action tell each other, by environment variables and files.
import { appendFileSync } from 'node:fs'

/** An input of action.yml; undefined where it is empty. */
export function input(name) {
  return process.env[`INPUT_${name.toUpperCase()}`]?.trim() || undefined
}

/** An input as flag and value, or as nothing. */
export function flag(name) {
  const value = input(name)
  return value === undefined ? [] : [`--${name}`, value]
}

export function words(name) {
  return input(name)?.split(/\s+/) ?? []
}

/** Writes name=value lines where the runner reads them: `ENV` for later steps, `OUTPUT`, or `STATE` for the post step. */
export function tell(file, values) {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`)
  appendFileSync(process.env[`GITHUB_${file}`], lines.join(''))
}

export function state(name) {
  return process.env[`STATE_${name}`]
}

/** An error that shows beside the job. It fails the job. */
export function fail(message) {
  process.stdout.write(`::error title=Alipay+ MPP simulator::${message}\n`)
  process.exitCode = 1
}
