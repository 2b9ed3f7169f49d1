import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ForeignPages } from '../foreign-pages.js'
import { noPage } from '../not-found.js'
import { readTheme } from './theme.js'

export interface LazyDocsOptions {
  routes: (app: FastifyInstance) => Promise<void>
  version: string
  foreignPages: ForeignPages
  /** The folder of the built page, which has what is added to Swagger UI. */
  page: string | undefined
  /** Whether there is a live page to lead to. */
  hasPage: boolean
}

/** The documentation, built on the first request for it: see docs/design/two-applications.md. */
export async function lazyDocs(app: FastifyInstance, options: LazyDocsOptions): Promise<void> {
  let made: Promise<FastifyInstance> | undefined

  async function make(): Promise<FastifyInstance> {
    const { buildDocs } = await import('./docs.js')
    const theme = await readTheme(options.page, options)
    return buildDocs(
      async (docs) => {
        docs.setNotFoundHandler(noPage)
        await options.routes(docs)
      },
      { version: options.version, theme },
    )
  }

  async function show(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    made ??= make().catch((error) => {
      // What could not be loaded now may be the next time.
      made = undefined
      throw error
    })
    const docs = await made
    reply.hijack()
    docs.routing(request.raw, reply.raw)
  }

  const schema = { hide: true }
  for (const url of ['/docs', '/docs/*']) app.get(url, { schema, onRequest: options.foreignPages.refuseHost }, show)
  for (const url of ['/openapi.json', '/openapi.yaml']) app.get(url, { schema }, show)
  app.addHook('onClose', async () => (await made)?.close())
}
