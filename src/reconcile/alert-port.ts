/** What is sent to one recipient. `messageId` is the same at every try, so that the other side can tell a repeat. */
export type Message = { messageId: string; subject: string; body: string; detail: unknown; madeAt: number }

export type Address = { kind: 'email' | 'webhook' | 'slack'; address: string; secretSealed: string | null }

/** Carries a message to whoever is to read it; throws a TrueupError with what to do when it did not arrive. */
export type AlertPort = { send(to: Address, message: Message, signal?: AbortSignal): Promise<void> }
