import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type Credential, type SignedIn, signIn } from '../../src/shared/model/sign-in-client.ts';

/** Signs in at an engine's port as a client does, and hangs up. */
export async function signInOver(engineUrl: string, credential: Credential): Promise<SignedIn> {
  const socket = new WebSocket(`${engineUrl.replace(/^http/, 'ws')}/rpc`);
  await once(socket, 'open');
  try {
    return await signIn(credential, {
      send: (text) => socket.send(text),
      receive: async () => String((await once(socket, 'message'))[0]),
    });
  } finally {
    socket.terminate();
  }
}
