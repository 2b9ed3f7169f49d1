import { Command } from 'commander'
import { version } from '../server/version.generated.js'
import { acceptCommand } from './accept/accept.js'
import { cancelCommand } from './cancel.js'
import { checkCommand } from './check.js'
import { explainCommand } from './explain.js'
import { healthCommand } from './health.js'
import { keygenCommand } from './keygen.js'
import { openapiCommand } from './openapi.js'
import { reportCommand } from './report.js'
import { schemaCommand } from './schema.js'
import { serveCommand } from './serve.js'
import { watchCommand } from './watch.js'

/** The command line: what `mpp-sim` understands. */
export function createProgram(): Command {
  return new Command('mpp-sim')
    .description('A mobile payment provider that answers Alipay+ cancelPayment as scenario files tell it.')
    .version(version)
    .addCommand(serveCommand(), { isDefault: true })
    .addCommand(checkCommand())
    .addCommand(cancelCommand())
    .addCommand(keygenCommand())
    .addCommand(explainCommand())
    .addCommand(reportCommand())
    .addCommand(acceptCommand())
    .addCommand(watchCommand())
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
  mpp-sim keygen keys                      make key pairs and a clients file, to turn signatures on
  mpp-sim cancel                           send one call, and judge the reply
  mpp-sim explain --payment-request-id X   say which rule would answer it, and why
  mpp-sim watch                            show the calls to a running server as they come
  mpp-sim report --require all             judge what a server was asked, at the end of a CI job
  mpp-sim accept --exec 'my-cancel {id} {url}'   run your caller through the acceptance cases
  mpp-sim help serve                       all options of the server

Exit codes: 0 fine, 1 crash, 2 usage, 3 a scenario, clients, key or certificate file is wrong, 4 the report failed.
Of cancel: 0 S, 5 F, 6 U, 7 a reply that the official SDKs throw away, 8 no reply.`
