import type { Step } from './rule.js'

/** Whether a reply can reach its caller in a state to be used: the official SDKs throw away any status but 200. */
export function canArriveIntact({ fault, httpStatus }: Pick<Step, 'fault' | 'httpStatus'>): boolean {
  return httpStatus === 200 && (fault === undefined || fault === 'slow-body')
}
