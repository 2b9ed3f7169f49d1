#!/usr/bin/env node
import { watchOutput } from './cli/exit.js'
import { main } from './cli/main.js'

watchOutput()
await main(process.argv.slice(2))
