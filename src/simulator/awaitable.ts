export type Awaitable<T> = T | Promise<T>

/** Calls `next` with a value: at once if it is there, else when the promise resolves. See docs/design/after.md. */
export function after<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
