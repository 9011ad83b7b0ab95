// `npm start`: builds what is missing, starts the engine (or attaches to the one that runs), opens the window where there
// is a display, and stops what it started on Ctrl-C. Plain JavaScript for any Node ≥ 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { findElectron } from './find-electron.mjs';
import { findNode } from './find-node.mjs';
import { isKorean } from './locale.mjs';
import { whenOrphaned } from './when-orphaned.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const korean = isKorean();
const say = (english, koreanText) => (korean ? koreanText : english);
const print = (text) => {
  process.stdout.write(`${text}\n`);
};
const complain = (text) => {
  process.stderr.write(`${text}\n`);
};
// A terminal that was closed takes no more text; what was started still has to be stopped in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const help = say(
  `Usage: npm start [-- options]

Starts Trainyard: an engine with its own database, and its window where there is a display. Ctrl-C stops all of it.

  --no-sample       make no sample project on the first start
  --no-window       only print the link
  --port <number>   port on 127.0.0.1; 0: a free one (left out: the one of last time)
  --home <folder>   the state folder (environment: TRAINYARD_HOME)
  -h, --help        show this help

Example:
  npm start -- --no-sample --port 8080`,
  `사용법: npm start [-- 옵션]

Trainyard를 시작합니다. 전용 데이터베이스가 딸린 엔진과, 화면이 있으면 창을 엽니다. Ctrl-C로 모두 멈춥니다.

  --no-sample       첫 시작 때 예제 프로젝트를 만들지 않습니다
  --no-window       링크만 출력합니다
  --port <number>   127.0.0.1의 포트. 0은 빈 포트(생략하면 지난번 포트)
  --home <folder>   상태 폴더 (환경 변수: TRAINYARD_HOME)
  -h, --help        이 도움말을 보입니다

예:
  npm start -- --no-sample --port 8080`,
);

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'no-sample': { type: 'boolean' },
        'no-window': { type: 'boolean' },
        port: { type: 'string' },
        home: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    complain(
      `${error.message.split('. ')[0]}. ${say('See "npm start -- --help".', '"npm start -- --help"를 보세요.')}`,
    );
    process.exit(2);
  }
}

/** Packages come before everything else: without them nothing here can say what is wrong. */
function requirePackages() {
  if (existsSync(path.join(root, 'node_modules', 'better-sqlite3', 'package.json'))) return;
  complain(
    say(
      `Trainyard's packages are not installed. Run "npm ci" in ${root}, then "npm start" again.`,
      `Trainyard의 패키지가 설치되어 있지 않습니다. ${root} 에서 "npm ci"를 실행한 뒤 다시 "npm start" 하세요.`,
    ),
  );
  process.exit(1);
}

const partNames = {
  node: say('engine', '엔진'),
  workflows: say('workflows', '워크플로'),
  desktop: say('user interface', '화면'),
};

function build() {
  const onBuild = (part) => print(say(`Building the ${partNames[part]} …`, `${partNames[part]} 빌드 중 …`));
  return ensureBuilt({ onBuild });
}

/**
 * The engine, or a link to the one that runs already. It is a process group of its own, so that Ctrl-C reaches only this
 * process, which then stops it in order; it also ends when its standard input does, that is when this process is killed.
 */
function startEngine(options) {
  const argv = ['serve', '--attach', '--json', '--stop-runs', '--stop-with-input'];
  if (options['no-sample']) argv.push('--no-sample');
  if (options.port !== undefined) argv.push('--port', options.port);
  if (options.home !== undefined) argv.push('--home', options.home);
  return spawn(findNode(), [path.join(root, 'out', 'node', 'cli.js'), ...argv], {
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** What the engine says when it is ready; null where it ended instead (and said why on standard error). */
function firstLine(engine) {
  return new Promise((resolve, reject) => {
    engine.on('error', reject);
    createInterface({ input: engine.stdout })
      // A library may have a word of its own before it, where the shell asks it to.
      .on('line', (line) => line.startsWith('{') && resolve(JSON.parse(line)))
      .once('close', () => resolve(null));
  });
}

const hasDisplay = () =>
  process.platform === 'win32' ||
  process.platform === 'darwin' ||
  Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Opens the window where there is a display and a program; null where there is not. The printed link stays for a browser. Electron's package is never loaded. */
function openWindow(ready) {
  const program = findElectron(process.env, root);
  if (!program || !hasDisplay()) return null;
  const environment = { ...process.env, TRAINYARD_ENGINE_URL: ready.windowUrl };
  delete environment.ELECTRON_RUN_AS_NODE;
  // Chromium refuses to run as root with its sandbox on.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const window = spawn(program, [...asRoot, root], {
    env: environment,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  window.on('error', (error) =>
    complain(say(`The window did not open: ${error.message}`, `창이 열리지 않았습니다: ${error.message}`)),
  );
  window.once('exit', (code) => {
    if (stopping) return;
    print(
      code === 0
        ? say(
            'The window was closed; the engine goes on. Ctrl-C stops it.',
            '창을 닫았습니다. 엔진은 계속 실행됩니다. Ctrl-C로 멈춥니다.',
          )
        : say(
            `The window ended (code ${code}); use the link above in a browser.`,
            `창이 끝났습니다(코드 ${code}). 위 링크를 브라우저에서 여세요.`,
          ),
    );
  });
  return window;
}

function greet(ready) {
  const head = ready.attached
    ? say(
        `Trainyard runs already (process ${ready.pid}); this is another link to it.`,
        `Trainyard가 이미 실행 중입니다(프로세스 ${ready.pid}). 새 링크입니다.`,
      )
    : say('Trainyard is running.', 'Trainyard가 실행 중입니다.');
  const once = say(
    'The link works once; "npm run -s cli -- open" makes another.',
    '링크는 한 번만 쓸 수 있습니다. "npm run -s cli -- open"으로 새로 만듭니다.',
  );
  const end = ready.attached
    ? say(
        'Ctrl-C ends only this; Trainyard goes on.',
        'Ctrl-C는 이 명령만 끝냅니다. Trainyard는 계속 실행됩니다.',
      )
    : say('Ctrl-C stops it, with everything it started.', 'Ctrl-C로 시작한 것을 모두 멈춥니다.');
  print(`\n${head}\n\n  ${ready.ticketUrl}\n\n${once}\n${end}`);
}

let stopping = false;

async function main() {
  const options = readOptions();
  if (options.help) {
    print(help);
    return 0;
  }
  requirePackages();
  await build();
  const engine = startEngine(options);
  const ended = new Promise((resolve) => engine.once('exit', resolve));
  let window = null;
  let attached = false;
  let askedAt = 0;
  const stop = () => {
    // npm passes on what the terminal has sent here already: one Ctrl-C, and no second one.
    if (Date.now() - askedAt < 1000) return;
    askedAt = Date.now();
    if (!stopping && !attached) {
      print(
        say(
          '\nStopping; trainings keep a checkpoint. Once more hurries.',
          '\n멈추는 중입니다. 학습은 체크포인트를 남깁니다. 한 번 더 누르면 서두릅니다.',
        ),
      );
    }
    stopping = true;
    window?.kill('SIGTERM');
    // Asked a second time, the engine hurries.
    engine.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  whenOrphaned(() => {
    if (!stopping) stop();
  });
  const ready = await firstLine(engine);
  if (ready?.url) {
    attached = ready.attached === true;
    greet(ready);
    if (!options['no-window'] && !stopping) window = openWindow(ready);
  }
  const code = await ended;
  window?.kill('SIGTERM');
  if (ready?.url && !stopping) print(say('The engine has ended.', '엔진이 끝났습니다.'));
  return code ?? 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  complain(error.message);
  process.exitCode = 1;
}
