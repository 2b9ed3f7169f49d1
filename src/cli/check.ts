import { Command, Option } from 'commander'
import type { Profile } from '../protocol/profile.js'
import { checkClients, isClientsFile } from '../scenarios/clients.js'
import type { Finding } from '../scenarios/finding.js'
import { loadScenarios } from '../scenarios/load.js'
import { readClients } from '../scenarios/load-clients.js'
import { readSources } from '../scenarios/sources.js'
import { defaults } from '../server/options.js'
import { scenarioPath } from '../server/shipped.js'
import { type CheckFormat, checkFormats, checkText, counted } from './check-text.js'
import { exitCodes, print } from './exit.js'
import { profileOption } from './option.js'

interface CheckOptions {
  profile: Profile
  strict: boolean
  allowEmpty: boolean
  format: CheckFormat
}

export function checkCommand(): Command {
  return new Command('check')
    .description('say what is wrong with scenario files, or with a clients file, without a server')
    .argument('[path...]', 'scenario files, folders of them, clients files; builtin, acceptance (default: builtin)')
    .addOption(profileOption())
    .option('--strict', 'fail on warnings, too', false)
    .option('--allow-empty', 'pass where no file is found', false)
    .addOption(new Option('--format <format>', 'how to print it').choices(checkFormats).default('text'))
    .action(async (paths: string[], { profile, strict, allowEmpty, format }: CheckOptions) => {
      const { counts, errors, warnings, isEmpty } = await checkPaths(paths, profile)
      const emptiness = isEmpty && !allowEmpty ? [noFile(paths)] : []
      const hasFailed = errors.length + emptiness.length > 0 || (strict && warnings.length > 0)
      print(checkText({ counts, errors: [...errors, ...emptiness], warnings, hasFailed }, format))
      if (hasFailed) process.exitCode = exitCodes.wrongFile
    })
}

interface Checked {
  counts: string[]
  errors: readonly Finding[]
  warnings: readonly Finding[]
  isEmpty: boolean
}

async function checkPaths(paths: readonly string[], profile: Profile): Promise<Checked> {
  const clientsPaths = await clientsFilesAmong(paths)
  const others = paths.filter((path) => !clientsPaths.includes(path)).map(scenarioPath)
  const { files, rules, warnings, errors } = await loadScenarios(
    paths.length > 0 ? others : defaults.scenarios,
    profile !== 'mpp',
  )
  const checked = await Promise.all(clientsPaths.map(async (path) => checkClients(await readClients(path))))
  const clients = checked.flatMap((each) => [...each.clients])
  const counts = [
    counted([...files, ...clientsPaths], 'file'),
    ...(others.length > 0 || paths.length === 0 ? [counted(rules, 'rule')] : []),
    ...(clientsPaths.length > 0 ? [counted(clients, 'client')] : []),
  ]
  const allErrors = [...errors, ...checked.flatMap((each) => each.errors)]
  return { counts, errors: allErrors, warnings, isEmpty: files.length + clientsPaths.length + allErrors.length === 0 }
}

function noFile(paths: readonly string[]): Finding {
  const message = 'no scenario file found: they end in .yaml, .yml or .json, and are not looked for in sub-folders'
  return { file: paths.join(', '), line: 1, column: 1, message }
}

/** Those that are named by themselves: in a folder of scenarios, `serve` would take them for scenario files, too. */
async function clientsFilesAmong(paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    const { files } = await readSources([scenarioPath(path)])
    if (files.some((file) => file.path === path && isClientsFile(file))) found.push(path)
  }
  return found
}
