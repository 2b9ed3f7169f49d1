import { Command } from 'commander'
import { checkClients, isClientsFile } from '../scenarios/clients.js'
import { type Finding, formatFinding } from '../scenarios/finding.js'
import { loadScenarios } from '../scenarios/load.js'
import { readClients } from '../scenarios/load-clients.js'
import { readSources } from '../scenarios/sources.js'
import { defaults } from '../server/options.js'
import { exitCodes, print } from './exit.js'

export function checkCommand(): Command {
  return new Command('check')
    .description('say what is wrong with scenario files, or with a clients file, without a server')
    .argument('[path...]', 'scenario files, or folders of them, or clients files (default: the shipped scenarios)')
    .action(async (paths: string[]) => {
      const clientsPaths = await clientsFilesAmong(paths)
      const others = paths.filter((path) => !clientsPaths.includes(path))
      const { files, rules, warnings, errors } = await loadScenarios(paths.length > 0 ? others : defaults.scenarios)
      const checked = await Promise.all(clientsPaths.map(async (path) => checkClients(await readClients(path))))
      const allErrors = [...errors, ...checked.flatMap((each) => each.errors)]
      printFindings(allErrors, warnings)
      const clients = checked.flatMap((each) => [...each.clients])
      const counts = [
        count([...files, ...clientsPaths], 'file'),
        ...(others.length > 0 || paths.length === 0 ? [count(rules, 'rule')] : []),
        ...(clientsPaths.length > 0 ? [count(clients, 'client')] : []),
        count(allErrors, 'error'),
        count(warnings, 'warning'),
      ]
      print(counts.join(', '))
      if (allErrors.length > 0) process.exitCode = exitCodes.wrongFile
    })
}

/** Those that are named by themselves: in a folder of scenarios, `serve` would take them for scenario files, too. */
async function clientsFilesAmong(paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    const { files } = await readSources([path])
    if (files.some((file) => file.path === path && isClientsFile(file))) found.push(path)
  }
  return found
}

function printFindings(errors: readonly Finding[], warnings: readonly Finding[]): void {
  for (const error of errors) print(formatFinding(error))
  for (const warning of warnings) print(formatFinding({ ...warning, message: `warning: ${warning.message}` }))
}

function count({ length }: readonly unknown[], noun: string): string {
  return `${length} ${noun}${length === 1 ? '' : 's'}`
}
