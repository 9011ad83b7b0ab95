import { randomUUID } from 'node:crypto';
import { implement, ORPCError } from '@orpc/server';
import { contract } from '../../src/shared/contract/contract.ts';
import type { Validation } from '../../src/shared/contract/datasets.ts';
import { isEnded, possibleActions } from '../../src/shared/model/run.ts';
import { ago, emptyRun, fixtureId } from './fixture-data.ts';
import { type FixtureState, seriesOf } from './fixture-state.ts';

/** Errors the tests can wish for. */
export interface FixtureFaults {
  /** The next call of this procedure answers with this code. */
  readonly next: Map<string, string>;
}

const api = implement(contract);

function missing(what: string): ORPCError<'NOT_FOUND', { mend: string; place: object }> {
  return new ORPCError('NOT_FOUND', {
    status: 404,
    message: `There is no ${what}`,
    data: { mend: 'Check the address.', place: {} },
  });
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw missing(what);
  return value;
}

/** The folder /bad is invalid; every other one is fine. */
function validation(path: string, state: FixtureState): Validation {
  const bad = path.includes('bad');
  const dataset = [...state.datasets.values()][0];
  return {
    ok: !bad,
    errors: bad
      ? [
          {
            code: 'IMAGE_UNREADABLE',
            path: 'rose/broken.png',
            message: 'rose/broken.png can’t be decoded: the file ends too early',
            mend: 'Copy the image again from where it came from, or delete it.',
          },
          {
            code: 'CLASS_EMPTY',
            path: 'tulip',
            message: 'The class tulip has no image',
            mend: 'Put images into it, or delete the folder.',
          },
        ]
      : [],
    warnings: bad
      ? [
          {
            code: 'IMAGE_DUPLICATE',
            path: 'rose/0002.png',
            message: 'rose/0002.png has the same bytes as daisy/0007.png',
            mend: 'Delete one of them.',
          },
        ]
      : [],
    moreErrors: 0,
    moreWarnings: 0,
    summary: {
      format: 'imagenet',
      images: bad ? 118 : (dataset?.images ?? 0),
      bytes: 71_000,
      classes: bad ? [{ name: 'rose', count: 118 }] : (dataset?.classes ?? []),
      widths: { min: 28, max: 28 },
      heights: { min: 28, max: 28 },
      channels: [{ channels: 1, count: 118 }],
      fileTypes: [{ type: 'png', count: 118 }],
    },
  };
}

/** The contract in memory. */
export function fixtureRouter(state: FixtureState, faults: FixtureFaults) {
  const imports = new Map<string, { path: string; datasetId: string }>();
  const run = (id: string) => found(state.runs.get(id), `run ${id}`);
  const newest = <T extends { createdAt: string }>(all: Iterable<T>) =>
    [...all].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const matches = (text: string, search: string | undefined) =>
    search === undefined || text.toLowerCase().includes(search.toLowerCase());
  const os = api.use(async ({ next, path }) => {
    const code = faults.next.get(path.join('.'));
    if (code !== undefined) {
      faults.next.delete(path.join('.'));
      throw new ORPCError(code, {
        status: 500,
        message: `The fixture was told to answer ${code}`,
        data: { mend: 'Try it again: the next answer is good.', place: {} },
      });
    }
    return next();
  });
  return os.router({
    system: {
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
    },
    projects: {
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
    },
    datasets: {
      list: os.datasets.list.handler(({ input }) => ({
        datasets: newest(state.datasets.values()).filter(
          ({ name, projects }) =>
            matches(name, input.search) &&
            (input.project === undefined || projects.some(({ id }) => id === input.project)),
        ),
      })),
      show: os.datasets.show.handler(({ input }) => {
        const dataset = found(state.datasets.get(input.dataset), 'such dataset');
        return {
          ...dataset,
          versions:
            dataset.version === null
              ? []
              : [
                  {
                    version: 1,
                    manifestSha256: 'a'.repeat(64),
                    mode: dataset.mode ?? 'copy',
                    rootPath: dataset.mode === 'in_place' ? '/data/flowers' : null,
                    images: dataset.images,
                    sizeBytes: dataset.sizeBytes,
                    classes: dataset.classes,
                    createdAt: dataset.createdAt,
                  },
                ],
          validation: dataset.version === null ? null : validation('/good', state),
        };
      }),
      validate: os.datasets.validate.handler(({ input }) => validation(input.path, state)),
      import: os.datasets.import.handler(({ input }) => {
        const importId = randomUUID();
        imports.set(importId, { path: input.path, datasetId: fixtureId(2, 1) });
        return { datasetId: fixtureId(2, 1), importId };
      }),
      waitForImport: os.datasets.waitForImport.handler(({ input }) => {
        const { path, datasetId } = found(imports.get(input.importId), 'such import');
        const result = validation(path, state);
        return {
          id: input.importId,
          datasetId,
          phase: result.ok ? 'done' : 'failed',
          done: 118,
          total: 118,
          error: result.ok
            ? null
            : {
                code: 'DATASET_INVALID',
                message: `${path} has 2 invalid entries; nothing was imported`,
                mend: 'Mend what is listed, or import it with the invalid ones left out.',
              },
          version: result.ok ? 1 : null,
          reused: false,
          validation: result,
        };
      }),
      images: os.datasets.images.handler(({ input }) => {
        const dataset = found(state.datasets.get(input.dataset), 'such dataset');
        const all = state.images
          .slice(0, dataset.images)
          .filter((image) => input.class === undefined || image.class === input.class);
        return {
          total: all.length,
          images: all.slice(input.offset, input.offset + input.limit).map((image) => ({
            path: image.path,
            class: image.class,
            sha256: image.sha256,
            size: image.bytes.length,
            width: 28,
            height: 28,
            channels: 1,
            thumbnailUrl: `/files/datasets/${dataset.id}/1/images/${image.sha256}?size=128`,
            url: `/files/datasets/${dataset.id}/1/images/${image.sha256}`,
          })),
        };
      }),
      verify: os.datasets.verify.handler(() => ({ ok: true, problems: [] })),
      link: os.datasets.link.handler(({ input }) => ({ id: input.dataset })),
      remove: os.datasets.remove.handler(({ input }) => {
        state.datasets.delete(input.dataset);
        return { id: input.dataset };
      }),
    },
    runs: {
      create: os.runs.create.handler(({ input }) => {
        const number = state.runs.size + 1;
        const made = emptyRun(number, input.name ?? `cnn-${number}`, 'queued', {
          project: found(state.projects.get(input.project), 'such project'),
          dataset: found(state.datasets.get(input.dataset), 'such dataset'),
        });
        state.runs.set(made.run.id, made);
        state.changed({ kind: 'run', id: made.run.id });
        return { runId: made.run.id };
      }),
      models: os.runs.models.handler(() => ({
        models: [
          {
            id: 'builtin/cnn',
            executor: 'builtin',
            taskTypes: ['classification'],
            description: {
              en: 'A small network that learns on the processor',
              ko: '프로세서로 학습하는 작은 신경망',
            },
            defaults: {
              training: {
                epochs: 8,
                batchSize: 64,
                learningRate: 0.002,
                optimizer: 'adam',
                scheduler: { type: 'cosine', warmupEpochs: 0 },
              },
            },
          },
        ],
      })),
      list: os.runs.list.handler(({ input }) => {
        const sign = input.order === 'asc' ? 1 : -1;
        const value = ({ run: one }: { run: { [key: string]: unknown; finalMetrics: unknown } }) => {
          const metrics: unknown = one.finalMetrics;
          const named =
            typeof metrics === 'object' && metrics !== null ? Reflect.get(metrics, input.sort) : null;
          return String(one[input.sort] ?? named ?? '');
        };
        const all = [...state.runs.values()]
          .filter(({ run: one }) => {
            return (
              matches(one.name, input.search) &&
              (input.status === undefined || one.status === input.status) &&
              (input.project === undefined || one.project.id === input.project)
            );
          })
          .sort((a, b) => sign * value(a).localeCompare(value(b), 'en', { numeric: true }));
        return {
          runs: all.slice(input.offset, input.offset + input.limit).map(({ run: one }) => one),
          total: all.length,
        };
      }),
      show: os.runs.show.handler(({ input }) => run(input.run).run),
      events: os.runs.events.handler(async ({ input, signal }) => {
        const entry = run(input.run);
        const types = input.types?.split(',') ?? null;
        const events = await state.wait(input.waitMs, signal, () => {
          const fresh = entry.events.filter(
            ({ seq, type }) => seq > input.after && (types === null || types.includes(type)),
          );
          return fresh.length > 0 || isEnded(entry.run.status) ? fresh.slice(0, input.limit) : null;
        });
        return {
          events: events ?? [],
          next: entry.seq,
          ended: isEnded(entry.run.status),
        };
      }),
      metrics: os.runs.metrics.handler(async ({ input, signal }) => {
        const entry = run(input.run);
        const points = await state.wait(input.waitMs, signal, () => {
          const fresh = entry.points.filter(({ seq }) => seq > input.after);
          return fresh.length > 0 || isEnded(entry.run.status) ? fresh : null;
        });
        const page = (points ?? []).slice(0, input.limit);
        const more = (points ?? []).length > page.length;
        return {
          metrics: page,
          next: more ? (page.at(-1)?.seq ?? input.after) : Math.max(input.after, page.at(-1)?.seq ?? 0),
          more,
          ended: !more && isEnded(entry.run.status),
        };
      }),
      series: os.runs.series.handler(({ input }) => {
        const entry = run(input.run);
        return {
          series: seriesOf(
            entry,
            input.maxPoints,
            input.names?.split(',') ?? null,
            input.fromStep ?? 0,
            input.toStep ?? Number.POSITIVE_INFINITY,
          ),
          cursor: entry.points.at(-1)?.seq ?? 0,
        };
      }),
      logs: os.runs.logs.handler(async ({ input, signal }) => {
        const entry = run(input.run);
        const { logs } = entry;
        const from = input.from < 0 ? Math.max(0, logs.length + input.from) : input.from;
        await state.wait(input.waitMs, signal, () =>
          logs.length > from || isEnded(entry.run.status) ? true : null,
        );
        const order = ['debug', 'info', 'warning', 'error'];
        const least = input.level === undefined ? 0 : order.indexOf(input.level);
        const next = Math.min(logs.length, from + input.limit);
        return {
          lines: logs
            .slice(from, next)
            .filter(({ level, message }) => order.indexOf(level) >= least && matches(message, input.search)),
          next,
          total: logs.length,
          ended: isEnded(entry.run.status) && next >= logs.length,
        };
      }),
      cancel: os.runs.cancel.handler(({ input }) => {
        const entry = run(input.run);
        entry.run.cancelRequested = true;
        state.setStatus(entry, 'cancelled');
        return entry.run;
      }),
      resume: os.runs.resume.handler(({ input }) => {
        state.setStatus(run(input.run), 'queued');
        return run(input.run).run;
      }),
      retry: os.runs.retry.handler(({ input }) => {
        state.setStatus(run(input.run), 'queued');
        return run(input.run).run;
      }),
      compare: os.runs.compare.handler(({ input }) => {
        const runs = input.runs.split(',').map((id) => run(id).run);
        return {
          runs,
          differences: [
            { field: 'training.seed', values: runs.map(({ config }) => config.training.seed) },
            { field: 'dataset.datasetId', values: runs.map(({ dataset }) => dataset?.name ?? null) },
          ],
          metricNames: [...new Set(runs.flatMap(({ finalMetrics }) => Object.keys(finalMetrics ?? {})))],
        };
      }),
      remove: os.runs.remove.handler(({ input }) => {
        const entry = run(input.run);
        if (possibleActions(entry.run.status, false).includes('cancel')) {
          throw new ORPCError('CONFLICT', {
            status: 409,
            message: 'The run is under way',
            data: { mend: 'Cancel it first.', place: {} },
          });
        }
        state.runs.delete(input.run);
        state.changed({ kind: 'run', id: input.run });
        return { id: input.run };
      }),
    },
  });
}
