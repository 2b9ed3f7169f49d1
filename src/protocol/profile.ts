/** Who calls: Alipay+ an MPP, or an acquirer Alipay+; `acqp` on the APS paths, `ams` on those of the official SDKs. */
export const callProfiles = ['mpp', 'acqp', 'ams'] as const
export type CallProfile = (typeof callProfiles)[number]

/** Whom a client of the simulator takes it for: an MPP, or Alipay+. */
export const clientProfiles = ['mpp', 'acqp'] as const
export type ClientProfile = (typeof clientProfiles)[number]

/** Whom the simulator plays. With `all`, the body of each call tells. */
export const profiles = ['mpp', 'acqp', 'all'] as const
export type Profile = (typeof profiles)[number]
