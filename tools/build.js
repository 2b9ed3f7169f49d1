// Compiles what has changed since the last time, and says so: a start that takes seconds must not look like one that hangs.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript')), 'tsc.js')
const run = (...args) => execFileSync(process.execPath, args, { stdio: 'inherit' })

process.stderr.write('mpp-sim: compiling what has changed...\n')
const started = performance.now()
run(tsc)
run('tools/build-page.js')
process.stderr.write(`mpp-sim: compiled in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
