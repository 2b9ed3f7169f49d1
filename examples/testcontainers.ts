// The image in a test suite, with the package `testcontainers`: for suites that are not written in JavaScript there is the
// same in Java, Go, Python and .NET.

import { GenericContainer, Wait } from 'testcontainers'

const container = await new GenericContainer('your-organisation/mpp-sim:0.1.0')
  .withExposedPorts(8080)
  .withEnvironment({ MPP_SIM_SEED: 'tuesday' })
  .withCopyDirectoriesToContainer([{ source: './scenarios', target: '/scenarios' }])
  .withWaitStrategy(Wait.forHttp('/readyz', 8080))
  .start()

export const mpp = `http://${container.getHost()}:${container.getMappedPort(8080)}`

export const stop = () => container.stop()
