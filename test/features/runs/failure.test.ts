import { runFailureContract } from './contract/failure.ts';
import { createWorld } from './support/acts.ts';

runFailureContract(createWorld);
