import { Command, Option } from 'commander'
import type { Profile } from '../protocol/profile.js'
import { checkClients, isClientsFile } from '../scenarios/clients.js'
import { lintSources } from '../scenarios/load.js'
import { readClients } from '../scenarios/load-clients.js'
import { readSources } from '../scenarios/sources.js'
import { defaults } from '../server/options.js'
import { scenarioPath } from '../server/shipped.js'
import { type CheckFormat, type CheckResult, checkFormats, checkText, counted } from './check-text.js'
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
    .option('--allow-empty', 'pass where a folder has no scenario file', false)
    .addOption(new Option('--format <format>', 'how to print it').choices(checkFormats).default('text'))
    .action(async (paths: string[], { strict, format, ...options }: CheckOptions) => {
      const result = await checkPaths(paths, options)
      const hasFailed = result.errors.length > 0 || (strict && result.warnings.length > 0)
      print(checkText({ ...result, hasFailed }, format))
      if (hasFailed) process.exitCode = exitCodes.wrongFile
    })
}

async function checkPaths(
  paths: readonly string[],
  { profile, allowEmpty }: Pick<CheckOptions, 'profile' | 'allowEmpty'>,
): Promise<Omit<CheckResult, 'hasFailed'>> {
  const clientsPaths = await clientsFilesAmong(paths)
  const others = paths.filter((path) => !clientsPaths.includes(path)).map(scenarioPath)
  const found = await readSources(paths.length > 0 ? others : defaults.scenarios)
  const unread = allowEmpty ? found.errors : [...found.errors, ...found.empty]
  const { files, rules, warnings, errors } = lintSources({ files: found.files, errors: unread }, profile !== 'mpp')
  const checked = await Promise.all(clientsPaths.map(async (path) => checkClients(await readClients(path))))
  const clients = checked.flatMap((each) => [...each.clients])
  const counts = [
    counted([...files, ...clientsPaths], 'file'),
    ...(others.length > 0 || paths.length === 0 ? [counted(rules, 'rule')] : []),
    ...(clientsPaths.length > 0 ? [counted(clients, 'client')] : []),
  ]
  return { counts, errors: [...errors, ...checked.flatMap((each) => each.errors)], warnings }
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
