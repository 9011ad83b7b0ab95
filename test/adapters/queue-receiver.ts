// A receiver that takes one message, says so, and works on it until it is killed.
import { createListener } from '../../src/main/adapters/embedded/pubsub/listener.ts';
import { createQueue } from '../../src/main/adapters/embedded/queue/queue.ts';
import { createPool } from '../../src/main/adapters/postgres/pool.ts';

const [url = '', queueName = '', visibilityMs = ''] = process.argv.slice(2);
const pool = createPool({ url });
const queue = createQueue(
  pool,
  createListener(pool, (error) => console.error(error)),
);
const message = await queue.receive(queueName, Number(visibilityMs));
console.log(JSON.stringify({ id: message?.id, deliveries: message?.deliveries }));
setInterval(() => {}, 1000);
