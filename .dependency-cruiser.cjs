/** Imports go one way; ARCHITECTURE.md has the picture. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** What each room of src/main may import of it, besides itself. */
const main = {
  index: ['shell'],
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

/** What each room of ours may import, besides itself. */
const rooms = {
  shared: [],
  'shared/desktop': [],
  'shared/errors': [],
  'shared/model': ['shared/errors'],
  'shared/format': ['shared/errors', 'shared/model'],
  'shared/contract': ['shared/errors', 'shared/model'],
  preload: ['shared'],
  renderer: ['shared'],
  ...Object.fromEntries(
    Object.entries(main).map(([room, allowed]) => [
      `main/${room}`,
      ['shared', ...allowed.map((other) => `main/${other}`)],
    ]),
  ),
  // It outlives the engine. Of Docker it needs a client, and what its errors mean.
  'main/features/runs/supervisor': ['shared', 'main/platform', 'main/stack/docker'],
};

const onlyImport = (room, allowed) =>
  forbid(
    `${room}-goes-one-way`,
    'See `rooms`.',
    { path: `^src/${room}[/.]` },
    { path: '^(src|resources)/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
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
    ...Object.entries(rooms).map(([room, allowed]) => onlyImport(room, allowed)),
    forbid(
      'no-loose-file',
      'Two entries lie loose in src/main; nothing imports them.',
      { path: '^src/' },
      { path: '^src/main/[^/]+$' },
    ),
    forbid(
      'features-keep-their-inside',
      'A feature uses another one by what lies in its folder, not by the technology in the folders below it. How images are read is one rule for all.',
      { path: '^src/main/features/([^/]+)/' },
      {
        path: '^src/main/features/[^/]+/[^/]+/',
        pathNot: '^src/main/features/($1|datasets/pixels)/',
      },
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
      'shared-is-plain',
      'shared runs in a browser and in a trainer.',
      { path: '^src/shared' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'renderer-runs-in-a-browser',
      'No Node in the renderer.',
      { path: '^src/renderer' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'pages-stand-alone',
      'What two features of the renderer need is a component.',
      { path: '^src/renderer/features/([^/]+)/' },
      { path: '^src/renderer/features/', pathNot: '^src/renderer/features/$1/' },
    ),
    forbid(
      'components-know-no-page',
      'A component is used by features, and knows none.',
      { path: '^src/renderer/components/' },
      { path: '^src/renderer/(features|app)/' },
    ),
    forbid(
      'electron-stays-in-the-shell',
      'Importing electron elsewhere breaks the headless engine.',
      { pathNot: '^src/(main/(shell|index)|preload)' },
      { path: 'node_modules/electron/|^electron$' },
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
