import { randomUUID } from 'node:crypto';
import { ORPCError } from '@orpc/server';
import { found, matches, newest, os, pageOf } from './fixture-api.ts';
import { ago } from './fixture-data.ts';
import { fixtureDoctor } from './fixture-doctor.ts';
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
        how: 'started',
        message: 'adopted the running postmaster 48131',
      },
      executors: ['builtin'],
      makesSample: state.makesSample,
    })),
    disk: os.system.disk.handler(() => state.disk),
    doctor: os.system.doctor.handler(({ input }) => fixtureDoctor(input.language)),
    changes: os.system.changes.handler(async ({ input, signal }) => {
      const { era } = state;
      const now = () => `fixture-${state.era}-${state.changes.length}`;
      const [, of, at] = /^fixture-(\d+)-(\d+)$/.exec(input.after) ?? [];
      if (at === undefined || Number(of) !== era) return { cursor: now(), reset: true, changed: [] };
      const from = Number(at);
      const changed = await state.wait(input.waitMs, signal, () =>
        state.changes.length > from || state.era !== era ? state.changes.slice(from) : null,
      );
      if (state.era !== era) return { cursor: now(), reset: true, changed: [] };
      const unique = new Map((changed ?? []).map((one) => [one.id, one]));
      return { cursor: now(), reset: false, changed: [...unique.values()] };
    }),
    ticket: os.system.ticket.handler(() => ({ url: 'http://127.0.0.1/', expiresAt: ago(-10) })),
  };
}

/** Projects. */
export function fixtureProjects(state: FixtureState) {
  return {
    list: os.projects.list.handler(({ input }) => {
      const all = newest(state.projects.values()).filter(({ name }) => matches(name, input.search));
      const { rows: projects, ...rest } = pageOf(all, input);
      return { projects, ...rest };
    }),
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
        throw new ORPCError('PROJECT_NAME_TAKEN', {
          status: 409,
          message: `There is a project ${input.name} already`,
          data: { hint: 'Choose another name.', place: { field: 'name' } },
        });
      }
      state.projects.set(made.id, made);
      state.changed({ kind: 'project', id: made.id });
      return made;
    }),
    show: os.projects.show.handler(({ input }) => {
      const named = [...state.projects.values()].find(({ name }) => name === input.project);
      return found(state.projects.get(input.project) ?? named, 'such project');
    }),
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
