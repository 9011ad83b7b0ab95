/** A message on its way: its channel and its JSON text. */
export interface Outgoing {
  readonly channel: string;
  readonly text: string;
}

/** PostgreSQL refuses payloads of 8,000 bytes and more; the head takes some. */
const largestPackBytes = 7900;

/** Messages of a channel together in few payloads, each a JSON array, in their order. */
export function pack(
  messages: readonly Outgoing[],
): { readonly channel: string; readonly payload: string }[] {
  const packs: { channel: string; texts: string[]; bytes: number }[] = [];
  const open = new Map<string, (typeof packs)[number]>();
  for (const { channel, text } of messages) {
    const bytes = Buffer.byteLength(text) + 1;
    let present = open.get(channel);
    if (!present || present.bytes + bytes > largestPackBytes) {
      present = { channel, texts: [], bytes: 1 };
      open.set(channel, present);
      packs.push(present);
    }
    present.texts.push(text);
    present.bytes += bytes;
  }
  return packs.map(({ channel, texts }) => ({ channel, payload: `[${texts.join()}]` }));
}
