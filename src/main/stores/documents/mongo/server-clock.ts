import type { MongoClient } from 'mongodb';

/**
 * The server's clock: it decides what has expired, whatever this machine's clock says. Each heartbeat of the driver (every ten
 * seconds) brings the server's time.
 */
export class ServerClock {
  private aheadMs = 0;

  /** Listens from before the first heartbeat on: the client must not be connected yet. */
  constructor(client: MongoClient) {
    client.on('serverHeartbeatSucceeded', ({ reply, duration, awaited }) => {
      const time: unknown = reply.localTime;
      if (!(time instanceof Date)) return;
      // An awaited reply was sent when it came; any other one halfway through the exchange.
      this.aheadMs = time.getTime() - (Date.now() - (awaited ? 0 : duration / 2));
    });
  }

  now(): Date {
    return new Date(Date.now() + Math.round(this.aheadMs));
  }
}
