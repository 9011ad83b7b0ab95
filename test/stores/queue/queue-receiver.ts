// A receiver that takes one message, says so, and works on it until it is killed.

import { createPool } from '../../../src/main/postgres/pool.ts';
import { Listener } from '../../../src/main/stores/pubsub/postgres/listener.ts';
import { createQueue } from '../../../src/main/stores/queue/postgres-queue.ts';

const [url = '', queueName = '', visibilityMs = ''] = process.argv.slice(2);
const pool = createPool({ url });
const queue = createQueue(pool, new Listener(pool, (error) => console.error(error)));
const message = await queue.receive(queueName, Number(visibilityMs));
console.log(JSON.stringify({ id: message?.id }));
setInterval(() => {}, 1000);
