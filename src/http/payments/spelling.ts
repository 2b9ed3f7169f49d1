import type { CallProfile } from '../../protocol/profile.js'
import { type Result, resultOf } from '../../protocol/result.js'

/** A result in the words of whoever calls: AMS has two codes that others do not know. */
export function spell(result: Result, profile: CallProfile): Result {
  if (profile === 'ams')
    return result.resultCode === 'INVALID_CLIENT' ? { ...result, resultCode: 'CLIENT_INVALID' } : result
  return result.resultCode === 'ORDER_NOT_EXIST' ? processFail(result) : result
}

function processFail({ resultCode, resultMessage }: Result): Result {
  return resultOf('PROCESS_FAIL', resultMessage === resultOf(resultCode).resultMessage ? undefined : resultMessage)
}

/** Why a caller was told another code than the one that was decided. */
export function spellingOf(decided: Result, told: Result): string {
  return told.resultCode === 'CLIENT_INVALID'
    ? 'AMS spells INVALID_CLIENT as CLIENT_INVALID'
    : `only callers of AMS are told ${decided.resultCode}`
}
