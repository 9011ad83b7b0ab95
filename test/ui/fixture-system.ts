import { randomUUID } from 'node:crypto';
import { ORPCError } from '@orpc/server';
import { found, matches, newest, os } from './fixture-api.ts';
import { ago } from './fixture-data.ts';
import type { FixtureState } from './fixture-state.ts';

/** The engine itself. */
export function fixtureSystem(state: FixtureState) {
  return {
    info: os.system.info.handler(() => ({
      version: '0.1.0',
      profile: 'embedded',
      home: '/home/kim/.local/share/trainyard',
      pid: 48_120,
      startedAt: ago(95),
      platform: 'linux x64',
      node: '24.21.0',
      cpuCount: 16,
      memoryBytes: 64 * 1024 ** 3,
      database: {
        version: '17.10',
        revision: '0003_run_journal',
        head: '0003_run_journal',
        how: 'embedded',
        message: 'adopted the running postmaster 48131',
      },
      executors: ['builtin'],
    })),
    doctor: os.system.doctor.handler(() => ({
      ok: false,
      findings: [
        {
          code: 'DISK_FREE',
          severity: 'ok',
          cause: 'There is room on the disk',
          evidence: '412 GB free at /home/kim/.local/share/trainyard',
          mend: '',
        },
        {
          code: 'DATABASE',
          severity: 'ok',
          cause: 'The database answers and its schema is the newest',
          evidence: 'PostgreSQL 17.10, revision 0003_run_journal',
          mend: '',
        },
        {
          code: 'SHM_SMALL',
          severity: 'warning',
          cause: 'The shared memory is small for data loaders',
          evidence: '/dev/shm: 64 MB',
          mend: 'sudo mount -o remount,size=8G /dev/shm',
        },
        {
          code: 'GPU_DRIVER',
          severity: 'error',
          cause: 'No NVIDIA driver answers',
          evidence: 'nvidia-smi: command not found',
          mend: 'sudo ubuntu-drivers install',
        },
      ],
    })),
    news: os.system.news.handler(async ({ input, signal }) => {
      const at = /^fixture-(\d+)$/.exec(input.after)?.[1];
      if (at === undefined) return { cursor: `fixture-${state.news.length}`, reset: true, changed: [] };
      const from = Number(at);
      const changed = await state.wait(input.waitMs, signal, () =>
        state.news.length > from ? state.news.slice(from) : null,
      );
      const unique = new Map((changed ?? []).map((one) => [one.id, one]));
      return { cursor: `fixture-${state.news.length}`, reset: false, changed: [...unique.values()] };
    }),
    ticket: os.system.ticket.handler(() => ({ url: 'http://127.0.0.1/', expiresAt: ago(-10) })),
  };
}

/** Projects. */
export function fixtureProjects(state: FixtureState) {
  return {
    list: os.projects.list.handler(({ input }) => ({
      projects: newest(state.projects.values()).filter(({ name }) => matches(name, input.search)),
    })),
    create: os.projects.create.handler(({ input }) => {
      const made = {
        id: randomUUID(),
        name: input.name,
        description: input.description ?? null,
        tags: input.tags ?? [],
        isPublic: false,
        runCount: 0,
        datasetCount: 0,
        createdAt: ago(0),
        updatedAt: ago(0),
      };
      if ([...state.projects.values()].some(({ name }) => name === input.name)) {
        throw new ORPCError('CONFLICT', {
          status: 409,
          message: `There is a project ${input.name} already`,
          data: { mend: 'Choose another name.', place: { field: 'name' } },
        });
      }
      state.projects.set(made.id, made);
      state.changed({ kind: 'project', id: made.id });
      return made;
    }),
    show: os.projects.show.handler(({ input }) => found(state.projects.get(input.project), 'such project')),
    update: os.projects.update.handler(({ input: { project: id, ...patch } }) => {
      const project = found(state.projects.get(id), 'such project');
      Object.assign(project, patch);
      state.changed({ kind: 'project', id });
      return project;
    }),
    remove: os.projects.remove.handler(({ input }) => {
      state.projects.delete(input.project);
      state.changed({ kind: 'project', id: input.project });
      return { id: input.project };
    }),
  };
}
