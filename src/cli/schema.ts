import { Command } from 'commander'
import { scenarioFileSchema } from '../scenarios/schema.js'
import { print } from './exit.js'

export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of scenario files, for editors')
    .action(() => print(JSON.stringify(scenarioFileSchema, null, 2)))
}
