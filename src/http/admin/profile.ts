import type { FastifyInstance } from 'fastify'
import { profiles } from '../../protocol/profile.js'
import type { ControlGroupOptions } from './group.js'

const schema = {
  operationId: 'getProfile',
  summary: 'Whose calls are answered',
  response: {
    200: {
      description: 'What the simulator stands for.',
      type: 'object',
      required: ['profile'],
      properties: {
        profile: {
          type: 'string',
          enum: profiles,
          description: 'mpp: calls of Alipay+ to an MPP. acqp: calls of acquirers to Alipay+. all: both.',
        },
      },
    },
  },
}

/** Whom the simulator plays: by its options and, where clients have a profile of their own, by those. */
export async function profile(app: FastifyInstance, { calls }: Pick<ControlGroupOptions, 'calls'>): Promise<void> {
  app.get('/profile', { schema }, async () => ({ profile: calls().served }))
}
