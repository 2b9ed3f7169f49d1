import { Command } from 'commander'
import type { Profile } from '../protocol/profile.js'
import { formatFinding } from '../scenarios/finding.js'
import { loadScenarios } from '../scenarios/load.js'
import { defaults } from '../server/options.js'
import { exitCodes, print } from './exit.js'
import { profileOption } from './option.js'

export function checkCommand(): Command {
  return new Command('check')
    .description('say what is wrong with scenario files, without a server')
    .argument('[path...]', 'scenario files, or folders of them (default: the shipped scenarios)')
    .addOption(profileOption())
    .action(async (paths: string[], { profile }: { profile: Profile }) => {
      const { files, rules, errors, warnings } = await loadScenarios(
        paths.length > 0 ? paths : defaults.scenarios,
        profile !== 'mpp',
      )
      for (const error of errors) print(formatFinding(error))
      for (const warning of warnings) print(formatFinding({ ...warning, message: `warning: ${warning.message}` }))
      print([count(files, 'file'), count(rules, 'rule'), count(errors, 'error'), count(warnings, 'warning')].join(', '))
      if (errors.length > 0) process.exitCode = exitCodes.wrongFile
    })
}

function count({ length }: readonly unknown[], noun: string): string {
  return `${length} ${noun}${length === 1 ? '' : 's'}`
}
