import { runEnginesContract } from './contract/engines.ts';
import { createWorld } from './support/acts.ts';

runEnginesContract(createWorld);
