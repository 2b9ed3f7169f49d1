import { Command } from 'commander'
import { version } from '../shipped.js'
import { checkCommand } from './check.js'
import { explainCommand } from './explain.js'
import { healthCommand } from './health.js'
import { openapiCommand } from './openapi.js'
import { reportCommand } from './report.js'
import { schemaCommand } from './schema.js'
import { serveCommand } from './serve.js'

/** The command line: what `mpp-sim` understands. */
export function createProgram(): Command {
  return new Command('mpp-sim')
    .description('A mobile payment provider that answers Alipay+ cancelPayment as scenario files tell it.')
    .version(version)
    .addCommand(serveCommand(), { isDefault: true })
    .addCommand(checkCommand())
    .addCommand(explainCommand())
    .addCommand(reportCommand())
    .addCommand(openapiCommand())
    .addCommand(schemaCommand())
    .addCommand(healthCommand())
    .addHelpText('after', examples)
}

const examples = `
Examples:
  mpp-sim                                  serve the shipped scenarios on 127.0.0.1:8080
  mpp-sim --scenarios ./scenarios          serve your own
  mpp-sim check ./scenarios                say what is wrong with them
  mpp-sim help serve                       all options of the server

Exit codes: 0 fine, 1 crash, 2 usage, 3 a scenario file is wrong, 4 the report failed.`
