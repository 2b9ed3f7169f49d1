/** Where the image listens, and where it looks for scenario files. */
const port = 8080
const mount = '/scenarios'

/** A container that is about to start: the part of Testcontainers' GenericContainer that is used here. */
export interface ContainerToBe {
  withExposedPorts(...ports: number[]): this
  withEnvironment(environment: Record<string, string>): this
  withCopyDirectoriesToContainer(directories: { source: string; target: string }[]): this
  withWaitStrategy(strategy: unknown): this
  start(): Promise<{
    getHost(): string
    getMappedPort(port: number): number
    stop(): Promise<unknown>
  }>
}

/** The part of the package `testcontainers` that is used here. */
export interface Testcontainers {
  GenericContainer: new (image: string) => ContainerToBe
  Wait: { forHttp(path: string, port: number): unknown }
}

export interface MppContainerOptions {
  /** The image of the simulator, such as `ghcr.io/your-organisation/alipayplus-mpp-simulator:0.1.0`. */
  image: string
  /** A folder of scenario files; it is copied into the container. Without one the shipped scenarios are served. */
  scenarios?: string
  /** Options of `mpp-sim serve` as variables, such as `{ MPP_SIM_SEED: 'tuesday' }`. */
  environment?: Record<string, string>
}

export interface MppContainer extends AsyncDisposable {
  /** What comes before the path of the API. */
  url: string
  /** The address of cancelPayment. */
  mppUrl: string
  /** The address of the control API. */
  adminUrl: string
  /** Stops and removes the container. */
  stop(): Promise<void>
}

/**
 * Starts the image in a container of its own, on a free port, and waits until it is ready. Takes the package
 * `testcontainers`, which a project that uses it installs itself, and a container engine.
 */
export async function startMppContainer({
  image,
  scenarios,
  environment = {},
}: MppContainerOptions): Promise<MppContainer> {
  const { GenericContainer, Wait } = await loadTestcontainers()
  const directories = scenarios === undefined ? [] : [{ source: scenarios, target: mount }]
  const container = await new GenericContainer(image)
    .withExposedPorts(port)
    .withEnvironment(environment)
    .withCopyDirectoriesToContainer(directories)
    .withWaitStrategy(Wait.forHttp('/readyz', port))
    .start()
  const url = `http://${container.getHost()}:${container.getMappedPort(port)}`
  const stop = async () => void (await container.stop())
  return {
    url,
    mppUrl: `${url}/aps/api/v1/payments/cancelPayment`,
    adminUrl: `${url}/__admin`,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Its own types would make every project that uses this library install it. */
function loadTestcontainers(): Promise<Testcontainers> {
  const name: string = 'testcontainers'
  return import(name)
}
