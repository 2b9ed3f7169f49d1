import { Command } from 'commander'
import { pino } from 'pino'
import { buildApp } from '../http/app.js'
import { cancelPaymentPaths } from '../protocol/cancel-payment.js'
import type { Profile } from '../protocol/profile.js'
import { defaults } from '../server/options.js'
import { version } from '../server/version.generated.js'
import { createMemoryStore } from '../simulator/memory/store.js'
import { createSimulator } from '../simulator/simulator.js'
import { print } from './exit.js'
import { option, pathOption, profileOption } from './option.js'

export function openapiCommand(): Command {
  return new Command('openapi')
    .description('print the OpenAPI document of the server')
    .addOption(pathOption())
    .addOption(profileOption())
    .addOption(option('--format <format>', 'json or yaml').choices(['json', 'yaml']).default('json'))
    .action(async ({ format, path, profile }: { format: string; path: string[]; profile: Profile }) => {
      const app = await buildApp({
        simulator: createSimulator({ rules: [], store: createMemoryStore(), seed: defaults.seed }),
        log: pino({ level: 'silent' }),
        version,
        profile,
        acquirerId: defaults.acquirerId,
        pspId: defaults.pspId,
        now: Date.now,
        paths: [...cancelPaymentPaths, ...path],
        strictAccept: defaults.strictAccept,
        admin: defaults.admin,
      })
      const { body } = await app.inject(`/openapi.${format}`)
      print(format === 'yaml' ? body.trimEnd() : JSON.stringify(JSON.parse(body), null, 2))
      await app.close()
    })
}
