/** Imports go one way; ARCHITECTURE.md has the table. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A row of the table that names all of ours that a folder may import besides itself and shared. */
const onlyMayImport = (name, comment, folder, allowed) =>
  forbid(
    name,
    comment,
    { path: `^src/${folder}` },
    { path: '^(src|resources)/', pathNot: `^src/(shared/|${[folder, ...allowed].join('|')})` },
  );

/** What any program of src/main may use. */
const leaves =
  'main/(faults/|(failpoints|durable-file|log-file|file-lock|state-file|state-folder|run-processes|run-cgroup|last-resort|error-code|home|paths|child-environment|find-engine)\\.ts$)';

module.exports = {
  forbidden: [
    forbid('no-cycles', 'A cycle has no direction.', {}, { circular: true }),
    forbid(
      'shared-is-a-leaf',
      'Everything may import shared, so it imports nothing of ours.',
      { path: '^src/shared' },
      { path: '^src/(main|renderer|preload)' },
    ),
    forbid(
      'shared-is-plain',
      'shared runs in a browser and in a trainer.',
      { path: '^src/shared' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'contract-has-no-handler',
      'The model knows nothing of the contract.',
      { path: '^src/shared/model' },
      { path: '^src/shared/contract' },
    ),
    forbid(
      'renderer-talks-by-contract',
      'The renderer knows only shared.',
      { path: '^src/renderer' },
      { path: '^src/(main|preload)' },
    ),
    forbid(
      'renderer-runs-in-a-browser',
      'No Node in the renderer.',
      { path: '^src/renderer' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'features-stand-alone',
      'A feature uses components and app, not another feature’s inside.',
      { path: '^src/renderer/components' },
      { path: '^src/renderer/(features|app)' },
    ),
    onlyMayImport('api-is-thin', 'api implements the contract with domain services.', 'main/api/', [
      'main/domain/',
      leaves,
    ]),
    onlyMayImport(
      'domain-knows-no-technology',
      'Rules and ports only: technology is an adapter.',
      'main/domain/',
      [leaves],
    ),
    forbid(
      'domain-touches-no-machine',
      'No database driver, file system, process or network in a rule.',
      { path: '^src/main/domain' },
      {
        path: '^(node:)?(fs|fs/promises|child_process|net|http|https)$|node_modules/(pg|kysely|dockerode|better-sqlite3|sharp|execa|electron)/',
      },
    ),
    onlyMayImport('adapters-serve-ports', 'An adapter knows the ports it serves.', 'main/adapters/', [
      'main/domain/',
      leaves,
    ]),
    onlyMayImport('faults-are-a-leaf', 'Every program asks it what an error is.', 'main/faults/', [
      'main/error-code\\.ts$',
    ]),
    onlyMayImport('leaves-import-leaves', 'Any program of src/main may use them.', leaves, []),
    onlyMayImport('server-speaks-the-contract', 'HTTP around the API.', 'main/server/', [
      'main/api/',
      'main/domain/',
      leaves,
    ]),
    onlyMayImport('supervisor-is-small', 'It outlives the engine.', 'main/supervisor/', [leaves]),
    forbid(
      'electron-stays-in-the-shell',
      'Importing electron elsewhere breaks the headless engine.',
      { pathNot: '^src/(main/(shell|index)|preload)' },
      { path: 'node_modules/electron/|^electron$' },
    ),
    forbid(
      'shell-is-thin',
      'The shell starts or attaches to an engine; it has no business rule.',
      { path: '^src/main/(shell|index)' },
      { path: '^src/main/(adapters|domain|api|wiring|engine)' },
    ),
    forbid(
      'trainers-know-the-run-directory',
      'A trainer is a program of its own.',
      { path: '^resources/trainers' },
      { path: '^src/' },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
