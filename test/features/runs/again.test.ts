import { runAgainContract } from './contract/again.ts';
import { createWorld } from './support/acts.ts';

runAgainContract(createWorld);
