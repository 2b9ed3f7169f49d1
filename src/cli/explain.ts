import { Command, Option } from 'commander'
import { sampleRequest } from '../protocol/cancel-payment.js'
import { loadScenarios } from '../scenarios/load.js'
import type { MatchValues } from '../scenarios/rule.js'
import { defaults } from '../server/options.js'
import { ScenarioError } from '../server/reloading-scenarios.js'
import { explainAttempt, viewExplanation } from '../simulator/explain.js'
import { print } from './exit.js'
import { explanationText } from './explain-text.js'
import { option, parseCount, scenariosOption } from './option.js'

interface ExplainOptions extends MatchValues {
  scenarios: readonly string[]
  attempt: number
  seed: string
  format: 'text' | 'json'
}

export function explainCommand(): Command {
  return (
    new Command('explain')
      .description('say which rule would answer a call, and why not the ones before it, without a server')
      .addOption(scenariosOption())
      .requiredOption('--payment-request-id <id>', 'the payment')
      .option('--acquirer-id <id>', 'who acquired it', sampleRequest.acquirerId)
      .option('--psp-id <id>', 'who pays it', sampleRequest.pspId)
      // As they were spelt before.
      .addOption(new Option('--paymentRequestId <id>').hideHelp())
      .addOption(new Option('--acquirerId <id>').hideHelp())
      .addOption(new Option('--pspId <id>').hideHelp())
      .option('--client-id <id>', 'what the Client-Id header says (default: there is none)')
      .addOption(
        new Option('--attempt <number>', 'which call for this payment it is, from 1').argParser(parseCount).default(1),
      )
      .addOption(option('--seed <text>', 'decides everything that is left to chance').default(defaults.seed))
      .addOption(new Option('--format <format>', 'for people or machines').choices(['text', 'json']).default('text'))
      .action(async ({ scenarios, attempt, seed, format, ...call }: ExplainOptions) => {
        const { rules, errors } = await loadScenarios(scenarios)
        if (errors.length > 0) throw new ScenarioError(errors)
        const { acquirerId, pspId, paymentRequestId, clientId } = call
        const values = { acquirerId, pspId, paymentRequestId, clientId }
        const explanation = explainAttempt(rules, values, { seed, attempt })
        if (format === 'json') return print(JSON.stringify(viewExplanation(explanation), null, 2))
        print(explanationText(explanation, values))
      })
  )
}
