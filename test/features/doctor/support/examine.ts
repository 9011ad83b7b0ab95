import {
  createDoctor,
  type DoctorOptions,
} from '../../../../src/main/features/doctor/checks/create-doctor.ts';
import type { StoreEndpoints } from '../../../../src/main/platform/endpoints.ts';
import type { Profile } from '../../../../src/shared/model/stack.ts';

/** Examines this machine in a process of its own: with another account, another environment, other mounts. Prints the report as JSON. */
interface Given extends Partial<Omit<DoctorOptions, 'profile' | 'servers'>> {
  readonly profile?: Profile;
  /** The servers of the profile external. */
  readonly servers?: StoreEndpoints;
}

const { profile, servers, ...parts }: Given = JSON.parse(process.argv[2] ?? '{}');
const doctor = createDoctor({
  home: '',
  profile: () => profile ?? 'docker',
  database: async () => null,
  ...(servers ? { servers: () => servers } : {}),
  ...parts,
});
const report = await doctor.examine();
process.stdout.write(JSON.stringify(report), () => process.exit(0));
