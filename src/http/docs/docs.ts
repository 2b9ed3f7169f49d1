import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { type FastifyInstance, fastify } from 'fastify'
import { compilersFactory } from '../schema-compilers.js'
import type { Theme } from './theme.js'

/**
 * An application that serves the OpenAPI document of some routes, and Swagger UI. The routes are registered here only
 * to be described; calls go to the application that serves them.
 */
export async function buildDocs(
  routes: (app: FastifyInstance) => Promise<void>,
  { version, theme }: { version: string; theme: Theme },
): Promise<FastifyInstance> {
  const app = fastify({ schemaController: { compilersFactory } })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Alipay+ MPP simulator',
        version,
        description:
          'Answers cancelPayment like a Mobile Payment Provider, with whatever result the scenario files ask for. ' +
          'Pick a named example, press Execute, and see its result code. Calls need no signature unless the server ' +
          'was started with --clients: then paste a private key above, and this page signs, or call with ' +
          '`mpp-sim cancel --private-key FILE`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          adminToken: {
            type: 'http',
            scheme: 'bearer',
            description: 'Where the server was started with --admin-token.',
          },
        },
      },
      servers: [{ url: '/', description: 'this simulator' }],
      tags: [
        { name: 'Payments', description: 'What Alipay+ calls on a mobile payment provider.' },
        { name: 'Control', description: 'How tests and people set up, watch and judge the simulator.' },
      ],
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme,
    uiConfig: { layout: 'BaseLayout', deepLinking: true, displayRequestDuration: true, tryItOutEnabled: true },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  app.get('/openapi.yaml', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/yaml; charset=utf-8').send(app.swagger({ yaml: true })),
  )
  await routes(app)
  await app.ready()
  return app
}
