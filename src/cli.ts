#!/usr/bin/env node
import { ignoreClosedPipes } from './cli/exit.js'
import { main } from './cli/main.js'

ignoreClosedPipes()
await main(process.argv.slice(2))
