import { runCancelContract } from './contract/cancel.ts';
import { createWorld } from './support/acts.ts';

runCancelContract(createWorld);
