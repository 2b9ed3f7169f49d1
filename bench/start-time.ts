import { type Command, startServer } from './server.js'

/** From the start of the process to the first reply, in milliseconds. */
export async function startTime(command: Command): Promise<number> {
  const server = await startServer(command)
  await server.stop()
  return server.startedIn
}
