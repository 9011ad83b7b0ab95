import { runLifeContract } from './contract/life.ts';
import { createWorld } from './support/acts.ts';

runLifeContract(createWorld);
