import t from 'tap'
import { mppSim } from '../fixtures/mpp-sim.js'

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
