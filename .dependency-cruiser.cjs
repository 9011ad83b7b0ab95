/** Imports go one way; ARCHITECTURE.md has the picture. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** The rooms of src/main, and those that each may import besides itself and shared. */
const rooms = {
  cli: ['engine', 'features', 'stack', 'stores', 'postgres', 'platform'],
  engine: ['server', 'api', 'features', 'stack', 'stores', 'postgres', 'platform'],
  server: ['api', 'stores', 'platform'],
  api: ['features', 'stack', 'platform'],
  features: ['stack', 'stores', 'postgres', 'platform'],
  stack: ['stores', 'postgres', 'platform'],
  stores: ['postgres', 'platform'],
  postgres: ['platform'],
  platform: [],
  shell: [],
};

const onlyImport = (folder, allowed) =>
  forbid(
    `${folder}-goes-one-way`,
    'See `rooms`.',
    { path: `^src/main/${folder}/` },
    { path: '^(src|resources)/', pathNot: `^src/(shared/|main/(${[folder, ...allowed].join('|')})/)` },
  );

/** Files that hold rules: what lies in a feature's or the stack's own folder, but the files of SQL and those that are named. */
const rules = {
  path: '^src/main/(stack/[^/]+|features/[^/]+/[^/]+|stores/documents/[^/]+|stores/migration/(content-hash|copy-documents|copy-objects|progress)\\.ts|stores/[^/]+/(ports|checks|keys)\\.ts|postgres/schema/plan\\.ts)$',
  pathNot:
    '/(.*-rows?|.*-queries|ingest-store|metric-partitions|run-directory-tail|trainable-models|file-systems)\\.ts$',
};

module.exports = {
  forbidden: [
    forbid('no-cycles', 'A cycle has no direction.', {}, { circular: true }),
    ...Object.entries(rooms).map(([folder, allowed]) => onlyImport(folder, allowed)),
    forbid(
      'no-loose-file',
      'Two entries lie loose in src/main; nothing imports them.',
      { path: '^src/' },
      { path: '^src/main/[^/]+$' },
    ),
    forbid(
      'features-keep-their-inside',
      'A feature uses another one by what lies in its folder, not by the technology in the folders below it.',
      { path: '^src/main/features/([^/]+)/' },
      { path: '^src/main/features/[^/]+/[^/]+/', pathNot: '^src/main/features/$1/' },
    ),
    forbid(
      'rules-touch-no-machine',
      'No database driver, file system, process or network in a rule: those lie in folders of their own, and in the files of rows.',
      { ...rules, path: rules.path.replace('stack/[^/]+', 'stack/(verbs/(?!open-stack)|logs/)?[^/]+') },
      {
        path: '^(node:)?(fs|fs/promises|child_process|net|http|https)$|node_modules/(pg|dockerode|better-sqlite3|sharp|execa|electron)/',
      },
    ),
    forbid(
      'stack-goes-one-way',
      'A verb of the stack uses the folders beside it; none of those knows a verb.',
      { path: '^src/main/stack/(?!verbs/)' },
      { path: '^src/main/stack/verbs/' },
    ),
    forbid('rules-know-no-technology', 'A rule knows ports; what implements them is given to it.', rules, {
      path: '^src/main/(stack/[^/]+/|features/[^/]+/[^/]+/|postgres/(?!(db|schema/(plan|schema-service))\\.ts$)|stores/[^/]+/((postgres|mongo|redis|s3|files)/|postgres-|redis-))',
    }),
    forbid(
      'supervisor-is-small',
      'It outlives the engine.',
      { path: '^src/main/features/runs/supervisor/' },
      { path: '^(src|resources)/', pathNot: '^src/(shared|main/platform|main/features/runs/supervisor)/' },
    ),
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
    forbid(
      'electron-stays-in-the-shell',
      'Importing electron elsewhere breaks the headless engine.',
      { pathNot: '^src/(main/(shell|index)|preload)' },
      { path: 'node_modules/electron/|^electron$' },
    ),
    forbid(
      'shell-is-thin',
      'The shell starts or attaches to an engine; it has no business rule.',
      { path: '^src/main/index' },
      { path: '^src/main/(?!shell/)' },
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
