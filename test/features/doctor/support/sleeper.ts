import { findDocker } from '../../../../src/main/features/doctor/checks/docker.ts';
import { runThrowaway } from '../../../../src/main/features/doctor/checks/throwaway.ts';

/** A container of the doctor that would go on for a minute, for a test that kills this process meanwhile. */
const { engine } = await findDocker(process.env, true);
if (!engine) throw new Error('no Docker');
const script = 'sleep 60';
await runThrowaway(engine, { image: 'redis:8', script, environment: [`MARK=${process.argv[2]}`] });
