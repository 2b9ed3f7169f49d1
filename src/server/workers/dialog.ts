/** Answers a question of the other side; what it throws, and an answer that is not there, is `undefined` over there. */
export type Answers = Map<string, (data: unknown) => unknown>

/** Two processes that ask each other. */
export interface Dialog {
  /** Gives `undefined` where no answer came within `limit`, in milliseconds; without one it waits for as long as it takes. */
  ask(question: string, data?: unknown, limit?: number): Promise<unknown>
  /** Takes a message of the other side. Others, such as those of Node.js itself, are left alone. */
  receive(message: unknown): Promise<void>
}

type Message = { id: number; question: string; data: unknown } | { id: number; answer: unknown }

/** `send` must not throw where the other side is gone. */
export function createDialog(send: (message: Message) => void, answers: Answers): Dialog {
  const pending = new Map<number, (answer: unknown) => void>()
  let asked = 0

  return {
    ask(question, data, limit) {
      const id = ++asked
      return new Promise((resolve) => {
        const timer = limit === undefined ? undefined : setTimeout(() => settle(undefined), limit)
        const settle = (answer: unknown) => {
          clearTimeout(timer)
          pending.delete(id)
          resolve(answer)
        }
        pending.set(id, settle)
        send({ id, question, data })
      })
    },
    async receive(message) {
      if (!isMessage(message)) return
      if ('answer' in message) return pending.get(message.id)?.(message.answer)
      const { id, question, data } = message
      const answer = await Promise.resolve(data)
        .then(answers.get(question))
        .catch(() => undefined)
      send({ id, answer })
    },
  }
}

function isMessage(message: unknown): message is Message {
  return (
    typeof message === 'object' && message !== null && 'id' in message && ('question' in message || 'answer' in message)
  )
}
