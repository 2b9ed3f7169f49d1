import { Command } from 'commander'
import t from 'tap'
import { main } from '../../src/cli/main.js'
import { mppSim } from '../fixtures/cli.js'

t.test('a PORT that is none ends with exit code 2, and says so', async (t) => {
  await t.rejects(mppSim(['health'], { PORT: 'http' }), {
    code: 2,
    stderr: 'error: A port is a whole number from 0 to 65535, not "http".\n',
  })
})

t.test('a plain HOST and PORT stand in for those of mpp-sim, as the image relies on', async (t) => {
  const help = await mppSim(['serve', '--help'], { HOST: '127.0.0.2', PORT: '4444' })
  t.match(help.replaceAll(/\s+/g, ' '), /"127\.0\.0\.2", env: MPP_SIM_HOST.*4444, env: MPP_SIM_PORT/)
})

t.test('a bug ends with exit code 1, and its stack', async (t) => {
  const printed = t.capture(process.stderr, 'write')
  const bug = () => {
    throw new TypeError('x is not a function')
  }
  await main(['fail'], () => new Command().addCommand(new Command('fail').action(bug)))
  t.equal(process.exitCode, 1)
  process.exitCode = undefined
  t.match(printed()[0]?.args[0], /^TypeError: x is not a function\n +at /)
})
