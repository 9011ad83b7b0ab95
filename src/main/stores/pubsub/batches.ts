interface Pending<Message> {
  readonly message: Message;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The most messages that one statement or script sends. */
const batchSize = 1000;

/**
 * Sends messages together: what comes while a batch is under way waits for the next one, which takes all of it. One round trip at a
 * time, however many messages there are.
 * @returns resolves once the message's batch is sent, and rejects where that failed
 */
export function inBatches<Message>(
  send: (batch: readonly Message[]) => Promise<unknown>,
): (message: Message) => Promise<void> {
  const pending: Pending<Message>[] = [];
  let isSending = false;
  const sendAll = async () => {
    isSending = true;
    // What else is published in this turn goes along.
    await Promise.resolve();
    while (pending.length > 0) {
      const batch = pending.splice(0, batchSize);
      try {
        await send(batch.map(({ message }) => message));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isSending = false;
  };
  return (message) =>
    new Promise((resolve, reject) => {
      pending.push({ message, resolve, reject });
      if (!isSending) void sendAll();
    });
}
