// The image in a test suite, in a container of its own. It takes the package `testcontainers`. For suites that are not
// written in JavaScript there is the same in Java, Go, Python and .NET: expose port 8080, and wait for /readyz.

import { startMppContainer } from 'alipayplus-mpp-simulator/testcontainers'

const mpp = await startMppContainer({
  image: 'your-organisation/mpp-sim:0.1.0',
  scenarios: './scenarios',
  environment: { MPP_SIM_SEED: 'tuesday' },
})

export const { mppUrl, adminUrl, stop } = mpp
