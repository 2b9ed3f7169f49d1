import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/*
 * Starts mockttp, which is a library, with the rules of a file: a list of paymentRequestIds, the path and the reply.
 * It is not among the project's dependencies, so what is used of it is typed here.
 */
interface Builder {
  withJsonBodyIncluding(json: object): Builder
  thenReply(status: number, body: string, headers: Record<string, string>): Promise<unknown>
}

interface Mockttp {
  getLocal(options: { recordTraffic: boolean }): {
    forPost(path: string): Builder
    forUnmatchedRequest(): Builder
    start(port: number): Promise<void>
  }
}

const [file = ''] = process.argv.slice(2)
const { ids, path, reply, headers } = JSON.parse(await readFile(file, 'utf8'))
const { getLocal }: Mockttp = createRequire(`${process.cwd()}/bench/peers/package.json`)('mockttp')
const server = getLocal({ recordTraffic: false })
for (const paymentRequestId of ids)
  await server.forPost(path).withJsonBodyIncluding({ paymentRequestId }).thenReply(200, reply, headers)
await server.forUnmatchedRequest().thenReply(200, reply, headers)
await server.start(Number(process.env.PORT))
