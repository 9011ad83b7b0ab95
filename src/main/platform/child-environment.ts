/** The kinds of programs that we start. */
export type ChildKind =
  /** PostgreSQL's own programs: nothing of ours goes to them but what they need. */
  | 'server'
  /** The docker program, which needs to know where its Engine is. */
  | 'docker'
  /** Programs of ours that run in Node: the engine in the background, a supervisor and with it a trainer. */
  | 'node'
  /** Anybody's program, asked about the machine. */
  | 'program';

const ofWindows = ['SYSTEMROOT', 'WINDIR', 'TEMP', 'TMP', 'COMSPEC', 'PATHEXT'];
const forServers = ['PATH', ...ofWindows];
/** What the docker program and its Compose plugin need to be found and to reach an Engine, also one behind SSH or a proxy. */
const forDocker = [
  ...forServers,
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'SSH_AUTH_SOCK',
  'DOCKER_CONFIG',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMFILES',
  'PROGRAMDATA',
];
/** What the user's shell says to Node programs of theirs: a debugger's port, code to load first, certificates that need not be checked, libraries that print. */
const notForNode =
  /^(G_MESSAGES_DEBUG|NODE_OPTIONS|NODE_TLS_REJECT_UNAUTHORIZED|NODE_USE_ENV_PROXY|NODE_V8_COVERAGE|NODE_DEBUG)$/;
const preloaded = /^(LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)$/;
/** What points clients at servers of the user's: ours are never reached by it. */
const meantForOtherServers =
  /^(PG[A-Z]+|NODE_PG_FORCE_NATIVE|AWS_.+|S3_.+|REDIS_.+|TEMPORAL_.+|MONGO(DB)?_.+|COMPOSE_.+|BUILDKIT_.+|BUILDX_.+|DOCKER_DEFAULT_PLATFORM|DOCKER_BUILDKIT|DOCKER_API_VERSION|DOCKER_CONTEXT|DOCKER_CONTENT_TRUST.*)$/;

function pick(environment: NodeJS.ProcessEnv, isKept: (name: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isKept(name)));
}

/**
 * The environment of a program that we start, of its kind: the only place that decides what of the user's shell reaches it.
 * A trainer keeps what is for its own work (`HF_TOKEN`, `WANDB_API_KEY`, `CUDA_VISIBLE_DEVICES`, also `AWS_…`).
 */
export function childEnvironment(
  kind: ChildKind,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  switch (kind) {
    case 'server':
      return {
        ...pick(environment, (name) => forServers.includes(name.toUpperCase())),
        LC_ALL: 'C',
        TZ: 'UTC',
      };
    case 'docker':
      return { ...pick(environment, (name) => forDocker.includes(name.toUpperCase())), LC_ALL: 'C.UTF-8' };
    case 'node':
      return pick(environment, (name) => !notForNode.test(name) && !preloaded.test(name));
    case 'program':
      return {
        ...pick(environment, (name) => !meantForOtherServers.test(name) && !preloaded.test(name)),
        LC_ALL: 'C',
      };
  }
}
