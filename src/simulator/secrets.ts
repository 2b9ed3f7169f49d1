const shownSignature = 56

/** A header as it may be shown: what lets its owner in is left out, and a signature is shortened. */
export function showHeader(name: string, value: string): string {
  switch (name) {
    case 'authorization':
    case 'proxy-authorization':
      return `${value.split(' ', 1)[0]} ...`
    case 'cookie':
    case 'x-api-key':
      return '...'
    case 'signature':
      return value.length > shownSignature ? `${value.slice(0, shownSignature)}...` : value
    default:
      return value
  }
}

const secretParameter = /([?&][^=&]*(?:token|key|secret|password)[^=&]*=)[^&]+/gi

/** A request target as it may be shown: tokens and keys in its query are left out. */
export function showTarget(target: string): string {
  return target.includes('?') ? target.replace(secretParameter, '$1...') : target
}
