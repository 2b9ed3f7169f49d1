import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { notFound } from '../not-found.js'
import { readTheme } from './theme.js'

export interface LazyDocsOptions {
  answerUnknown: ReturnType<typeof notFound>
  routes: (app: FastifyInstance) => Promise<void>
  version: string
  /** The folder of the built page, which has what is added to Swagger UI. */
  page: string | undefined
  /** Whether there is a live page to lead to. */
  hasPage: boolean
}

/** The documentation, made when somebody first looks: most who start a simulator never do, and it would double the start. */
export async function lazyDocs(app: FastifyInstance, options: LazyDocsOptions): Promise<void> {
  let made: Promise<FastifyInstance> | undefined

  async function make(): Promise<FastifyInstance> {
    const { buildDocs } = await import('./docs.js')
    const theme = await readTheme(options.page, options)
    return buildDocs(
      async (docs) => {
        docs.setNotFoundHandler(options.answerUnknown)
        await options.routes(docs)
      },
      { version: options.version, theme },
    )
  }

  async function show(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    made ??= make()
    const docs = await made
    reply.hijack()
    docs.routing(request.raw, reply.raw)
  }

  for (const url of ['/docs', '/docs/*', '/openapi.json', '/openapi.yaml'])
    app.get(url, { schema: { hide: true } }, show)
  app.addHook('onClose', async () => (await made)?.close())
}
